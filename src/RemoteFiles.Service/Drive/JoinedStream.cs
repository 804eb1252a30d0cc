using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Drive;

/// <summary>Blobs read one after the other, each opened when it is its turn; one that is missing fails, rather than end the file early.</summary>
internal sealed class JoinedStream(BlobReader blobs, IReadOnlyList<UploadParts.Part> parts, long offset) : ReadingStream
{
    private int next = parts.TakeWhile(part => part.Position + part.Size <= offset).Count();
    private long start = offset;
    private Stream? current;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (current is not null || next < parts.Count)
        {
            current ??= await OpenNextAsync(cancellationToken);
            if (await current.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                return read;
            }

            await current.DisposeAsync();
            current = null;
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            current?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<Stream> OpenNextAsync(CancellationToken ct)
    {
        var part = parts[next++];
        var from = Math.Max(0, start - part.Position);
        start = 0;
        return await blobs.OpenAsync(part.BlobId, part.Size, from, ct) ?? throw new FaultException(Fault.BadGateway, "a part of the stored file cannot be read");
    }
}
