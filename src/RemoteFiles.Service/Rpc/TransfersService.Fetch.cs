using Grpc.Core;
using Protos;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Rpc;

// Files that come from the Nextcloud into the drive.
internal sealed partial class TransfersService
{
    private static readonly TimeSpan BetweenWords = TimeSpan.FromSeconds(1);

    public override async Task Fetch(FetchRequest request, IServerStreamWriter<FetchReply> responseStream, ServerCallContext context)
    {
        var (drive, ct) = (Drive(context), context.CancellationToken);
        var remote = await RemoteAsync(request.AccountId, context);
        var folder = await drive.FindAsync(request.DirectoryId, ct) is { IsFolder: true, Cozy.Trashed: false } found
            ? found
            : throw new FaultException(Fault.ParentNotFound, "the target folder is gone");
        var arriving = new Arriving();
        var details = new TransferDetails(request.AccountId, "") { WithHash = request.WithHash, Parts = options.Value, Arriving = arriving };
        var copying = SteadyTransfer.CopyAsync(remote, Of(request.Source), drive, folder.Path.Child(request.Name), details, ct);
        if (request.WithProgress)
        {
            await TellAsync(arriving, copying, responseStream);
        }

        await responseStream.WriteAsync(Of(await copying), ct);
    }

    /// <summary>Tells how far the copy has come until it has ended, whichever way.</summary>
    private async Task TellAsync(Arriving arriving, Task copying, IServerStreamWriter<FetchReply> responseStream)
    {
        using var words = new PeriodicTimer(BetweenWords, clock);
        var ending = EndAsync(copying, words);
        try
        {
            for (var told = 0L; await words.WaitForNextTickAsync();)
            {
                if (arriving.Bytes is var bytes && bytes != told)
                {
                    await responseStream.WriteAsync(new() { Arrived = told = bytes });
                }
            }
        }
        finally
        {
            await ending;
        }
    }

    private static async Task EndAsync(Task copying, PeriodicTimer words)
    {
        await copying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        words.Dispose();
    }

    public override async Task FetchMany(FetchManyRequest request, IServerStreamWriter<FetchManyReply> responseStream, ServerCallContext context)
    {
        if (request.Files.Count > MostAtOnce)
        {
            throw new FaultException(Fault.Invalid, "too many files at once");
        }

        var (drive, ct) = (Drive(context), context.CancellationToken);
        var remote = await RemoteAsync(request.AccountId, context);
        var folders = new Dictionary<string, FilePath?>();
        var (files, indexes) = (new Dictionary<Entry, FilePath>(ReferenceEqualityComparer.Instance), new Dictionary<Entry, int>(ReferenceEqualityComparer.Instance));
        for (var index = 0; index < request.Files.Count; index++)
        {
            var file = request.Files[index];
            if (!folders.TryGetValue(file.DirectoryId, out var folder))
            {
                folders[file.DirectoryId] = folder = await drive.FindAsync(file.DirectoryId, ct) is { IsFolder: true, Cozy.Trashed: false } found ? found.Path : null;
            }

            if (folder is not null)
            {
                var source = Of(file.Source);
                files[source] = folder.Child(file.Name);
                indexes[source] = index;
            }
        }

        using var batch = new BatchTransfer(remote, drive, new(request.AccountId, ""));
        var withHash = files.Keys.Where(file => request.Files[indexes[file]].WithHash).ToHashSet<Entry>(ReferenceEqualityComparer.Instance);
        await foreach (var done in batch.CopyAsync(files, request.WholeFolders.Select(FilePath.Parse), withHash, ct))
        {
            await responseStream.WriteAsync(new() { Index = indexes[done.Source], File = Of(done) }, ct);
        }
    }

    private static FetchReply Of(Transferred done) => new()
    {
        Outcome = OutcomeOf(done.Outcome),
        FileId = done.Entry.Id,
        Name = done.Entry.Path.Name,
        Size = done.Entry.Size ?? 0,
        Sha256 = Convert.ToHexStringLower(done.Entry.Sha256.Span),
        Md5 = Convert.ToHexStringLower(done.Entry.Md5.Span),
        Proof = ProofOf(done.Proof),
        Etag = done.Source.ETag,
    };

    private static FetchReply.Types.Outcome OutcomeOf(TransferOutcome outcome) => outcome switch
    {
        TransferOutcome.Copied => FetchReply.Types.Outcome.Imported,
        TransferOutcome.AlreadyThere => FetchReply.Types.Outcome.AlreadyThere,
        TransferOutcome.Renamed => FetchReply.Types.Outcome.Renamed,
        _ => FetchReply.Types.Outcome.Unknown,
    };

    private static FetchReply.Types.Proof ProofOf(Proof proof) => proof switch
    {
        Proof.Length => FetchReply.Types.Proof.Length,
        Proof.Checksum => FetchReply.Types.Proof.Checksum,
        Proof.Content => FetchReply.Types.Proof.Content,
        Proof.Version => FetchReply.Types.Proof.Version,
        Proof.Hash => FetchReply.Types.Proof.Hash,
        _ => FetchReply.Types.Proof.None,
    };

    private sealed class Arriving : IProgress<long>
    {
        private long bytes;

        public long Bytes => Interlocked.Read(ref bytes);

        public void Report(long value) => Interlocked.Exchange(ref bytes, value);
    }
}
