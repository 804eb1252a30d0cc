namespace Shared.Streams;

/// <summary>The next so many bytes of a stream, which stays open for those after them.</summary>
internal sealed class PieceStream(Stream inner, long length) : ReadingStream
{
    private long left = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (left == 0)
        {
            return 0;
        }

        var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
        left -= read;
        return read;
    }
}
