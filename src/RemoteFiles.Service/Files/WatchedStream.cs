using Shared.Streams;

namespace RemoteFiles.Files;

/// <summary>Tells how many bytes of something have been read, of which so many were before.</summary>
internal sealed class WatchedStream(Stream inner, long before, IProgress<long> read) : ReadingStream
{
    private long position = before;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        read.Report(position += count);
        return count;
    }
}
