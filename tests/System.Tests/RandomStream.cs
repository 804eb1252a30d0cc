using System.Security.Cryptography;

namespace SystemTests;

/// <summary>Bytes that are made as they are read, and hashed on their way; the same for the same length.</summary>
internal sealed class RandomStream(long length, IncrementalHash hash) : Stream
{
    private readonly Random random = new(7);
    private long made;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => made;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var filled = buffer[..(int)Math.Min(buffer.Length, length - made)];
        random.NextBytes(filled);
        hash.AppendData(filled);
        made += filled.Length;
        return filled.Length;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
