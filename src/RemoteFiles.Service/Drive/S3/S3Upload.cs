using Amazon.S3.Model;
using Shared.Faults;

namespace RemoteFiles.Drive.S3;

/// <summary>One blob on its way: in one request when it is no larger than a part, else in parts, one sent while the next fills. Given up when disposed before it is complete.</summary>
internal sealed class S3Upload(S3Bucket bucket, string id, PartSizes sizes, string spoolDirectory) : IBlobSink, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource stop = new();
    private readonly List<PartETag> parts = [];
    private Spool filling = new(spoolDirectory);
    private Spool? spare;
    private Task<PartETag>? sending;
    private string? uploadId;
    private bool mayBeThere;
    private bool isComplete;

    // In one request it goes with the bytes, and the store compares.
    public bool NeedsMd5 => true;

    private int Sent => parts.Count + (sending is null ? 0 : 1);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> block, CancellationToken ct)
    {
        while (!block.IsEmpty)
        {
            var size = sizes.Of(Sent + 1);
            if (filling.Length == size)
            {
                await SendAsync(ct);
                continue;
            }

            var taken = (int)Math.Min(block.Length, size - filling.Length);
            await filling.AppendAsync(block[..taken], ct);
            block = block[taken..];
        }
    }

    /// <summary>The blob is safe and whole when this ends.</summary>
    public async Task CompleteAsync(StoredBlob blob, CancellationToken ct)
    {
        mayBeThere = true;
        if (uploadId is null)
        {
            await bucket.PutAsync(id, filling.Read(), blob.Md5, ct);
        }
        else
        {
            await SendAsync(ct);
            await SentAsync(ct);
            await bucket.CompleteAsync(id, uploadId, parts, blob.Size, ct);
        }

        isComplete = true;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (sending is not null)
        {
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!isComplete)
        {
            await GiveUpAsync();
        }

        filling.Dispose();
        spare?.Dispose();
        stop.Dispose();
    }

    private async Task SendAsync(CancellationToken ct)
    {
        uploadId ??= await bucket.BeginAsync(id, ct);
        await SentAsync(ct);
        sending = bucket.PutPartAsync(id, uploadId, parts.Count + 1, filling.Read(), stop.Token);
        (filling, spare) = (spare ?? new(spoolDirectory), filling);
        filling.Clear();
    }

    private async Task SentAsync(CancellationToken ct)
    {
        if (sending is not null)
        {
            parts.Add(await sending.WaitAsync(ct));
            sending = null;
        }
    }

    // What cannot be removed now is left to the sweep.
    private async Task GiveUpAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        try
        {
            if (uploadId is not null)
            {
                await bucket.AbortAsync(id, uploadId, late.Token);
            }

            if (mayBeThere)
            {
                await bucket.DeleteAsync(id, late.Token);
            }
        }
        catch (Exception e) when (e is FaultException or OperationCanceledException)
        {
        }
    }
}
