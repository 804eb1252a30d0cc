using System.Buffers;
using RemoteFiles.Drive.Hashing;
using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Drive;

/// <summary>Reads a content from an offset on, each block only once it was found to be as it was stored; fails where one is not.</summary>
/// <param name="inner">The content, from the beginning of the block on that the offset lies in.</param>
/// <param name="sums">Of all of its blocks.</param>
/// <param name="length">Of all of it.</param>
/// <param name="offset">Where to begin.</param>
/// <param name="damaged">Told when a block is another.</param>
internal sealed class CheckedStream(Stream inner, byte[] sums, long length, long offset, Action damaged) : ReadingStream
{
    private byte[]? block;
    private long next = StartOf(offset);
    private int skipped = (int)(offset - StartOf(offset));
    private ReadOnlyMemory<byte> left;

    /// <summary>Where the block begins that an offset lies in.</summary>
    public static long StartOf(long offset) => offset - (offset % BlockSums.BlockSize);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (left.IsEmpty && next < length && !buffer.IsEmpty)
        {
            var size = (int)Math.Min(BlockSums.BlockSize, length - next);
            if (skipped == 0 && buffer.Length >= size)
            {
                await ReadBlockAsync(buffer[..size], cancellationToken);
                return size;
            }

            block ??= ArrayPool<byte>.Shared.Rent(BlockSums.BlockSize);
            await ReadBlockAsync(block.AsMemory(0, size), cancellationToken);
            left = block.AsMemory(skipped, size - skipped);
            skipped = 0;
        }

        var taken = Math.Min(buffer.Length, left.Length);
        left[..taken].CopyTo(buffer);
        left = left[taken..];
        return taken;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            left = default;
            next = length;
            if (Interlocked.Exchange(ref block, null) is { } rented)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }

        base.Dispose(disposing);
    }

    private async ValueTask ReadBlockAsync(Memory<byte> target, CancellationToken ct)
    {
        if (await inner.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, ct) < target.Length || !BlockSums.Holds(sums, next / BlockSums.BlockSize, target.Span))
        {
            damaged();
            throw DriveFaults.Damaged();
        }

        next += target.Length;
    }
}
