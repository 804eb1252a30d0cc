using Microsoft.Win32.SafeHandles;

namespace RemoteFiles.Drive.S3;

/// <summary>One part of a body until it is with S3: a file without a name, so that slow senders hold no memory, and a part can be sent again.</summary>
internal sealed class Spool : IDisposable
{
    private readonly SafeFileHandle file;

    public Spool(string directory)
    {
        var path = Path.Combine(directory, Node.NewHex());
        file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            // It goes with the process, however that ends.
            File.Delete(path);
        }
    }

    public long Length { get; private set; }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> block, CancellationToken ct)
    {
        await RandomAccess.WriteAsync(file, block, Length, ct);
        Length += block.Length;
    }

    public void Clear() => Length = 0;

    /// <summary>What is in it now, from its beginning.</summary>
    public Stream Read() => new Content(file, Length);

    public void Dispose() => file.Dispose();

    private sealed class Content(SafeFileHandle file, long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, length - Position)], Position);
            Position += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await RandomAccess.ReadAsync(file, buffer[..(int)Math.Min(buffer.Length, length - Position)], Position, cancellationToken);
            Position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
