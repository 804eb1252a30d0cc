using System.Runtime.CompilerServices;
using Amazon.S3;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive.S3;

/// <summary>
/// The contents of files, in a bucket of S3. An object is there whole or not at all, and nobody asks for its key before its row is
/// committed: so bodies go to their final keys at once.
/// </summary>
internal sealed class S3Blobs : IBlobs, IDisposable
{
    private const int DeletedAtOnce = 16;
    private readonly S3Options options;
    private readonly TimeProvider clock;
    private readonly string spool;

    public S3Blobs(S3Options options, string spoolDirectory, TimeProvider clock, ILogger log)
    {
        (this.options, spool, this.clock) = (options, spoolDirectory, clock);
        Bucket = new(S3Client.Create(options), options, log);
        Directory.CreateDirectory(spoolDirectory);
    }

    public S3Bucket Bucket { get; }

    public bool DatedByFirstByte => true;

    public Task<StoredBlob> WriteAsync(Upload upload, long? room, CancellationToken ct) => WriteAsync(Node.NewHex(), upload, room, ct);

    public async Task ImportAsync(string id, Stream bytes, long length, CancellationToken ct)
    {
        if (await Bucket.LengthAsync(id, ct) != length)
        {
            await WriteAsync(id, new() { Body = bytes, Length = length }, room: null, ct);
        }
    }

    private async Task<StoredBlob> WriteAsync(string id, Upload upload, long? room, CancellationToken ct)
    {
        await using var stored = new S3Upload(Bucket, id, new(options.PartSize, upload.Length), spool);
        var blob = await BlobBody.ReceiveAsync(id, upload, room, stored, ct);
        FaultPoint.Pass(FaultPoint.BlobReceived);
        await stored.CompleteAsync(blob, ct);
        FaultPoint.Pass(FaultPoint.BlobStored);
        return blob;
    }

    public async ValueTask<Stream?> OpenAsync(string id, long length, long offset, CancellationToken ct)
    {
        if (offset == length)
        {
            return await Bucket.LengthAsync(id, ct) == length ? Stream.Null : null;
        }

        if (await Bucket.GetAsync(id, offset, ct) is not { } found)
        {
            return null;
        }

        if (found.Length == length)
        {
            return new S3Download(Bucket, id, length, offset, found.Answer, options.Timeout);
        }

        found.Answer.Dispose();
        return null;
    }

    // One by one: of "delete these" each server has a checksum of its own that it asks for.
    public Task DeleteAsync(IReadOnlyList<string> ids, CancellationToken ct) => Parallel.ForEachAsync(
        ids,
        new ParallelOptions { MaxDegreeOfParallelism = DeletedAtOnce, CancellationToken = ct },
        async (id, stop) =>
        {
            try
            {
                await Bucket.DeleteAsync(id, stop);
            }
            catch (FaultException)
            {
            }
        });

    // Between two parts of a slow sender lies more time than between two blocks.
    public Task<int> DeleteUnfinishedAsync(DateTimeOffset untouchedSince, CancellationToken ct)
    {
        var stale = clock.GetUtcNow() - options.StaleAge;
        return Bucket.AbortStaleAsync(stale < untouchedSince ? stale : untouchedSince, ct);
    }

    public async IAsyncEnumerable<IReadOnlyList<string>> ListAsync(DateTimeOffset untouchedSince, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var page in Bucket.ListAsync("", ct))
        {
            yield return [.. page.Where(blob => blob.At <= untouchedSince).Select(blob => blob.Id)];
        }
    }

    public void Dispose() => Bucket.Dispose();
}
