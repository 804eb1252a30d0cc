using Shared.Faults;

namespace RemoteFiles.Http;

/// <summary>Reads a body that must not be larger than <paramref name="most"/> bytes; one byte more is TooLarge.</summary>
internal sealed class BoundedStream(Stream inner, long most) : Stream
{
    private long seen;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => seen;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(buffer, cancellationToken));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Count(int read)
    {
        seen += read;
        return seen <= most ? read : throw new FaultException(Fault.TooLarge, $"the body holds more than {most} bytes");
    }
}
