using System.Threading.Channels;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// Brings the files that are on record, several at a time, while the walk still finds more. Memory holds a page of them,
/// however many there are.
/// </summary>
internal sealed class Files(Source source, Listings listings, ILedger ledger, Journal journal, MigrationOptions options, TimeProvider clock) : IDisposable
{
    private const int Page = 500;

    // Fewer are not worth another try together; and so often no half of a batch brought anything.
    private const int FewFiles = 8;
    private const int MostInVain = 2;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim alone = new(options.FilesPerMigration);
    private volatile bool allSeen;

    /// <summary>Every file is on record.</summary>
    public void NoMoreAreComing()
    {
        allSeen = true;
        journal.Committed.Set();
    }

    /// <summary>Returns when every file was brought, or given up with its error on record.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var queue = Channel.CreateBounded<IReadOnlyList<LedgerLine>>(options.FilesPerMigration);
        using var together = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var feeding = FeedAsync(queue.Writer, together.Token);
        try
        {
            await Parallel.ForEachAsync(
                queue.Reader.ReadAllAsync(ct),
                new ParallelOptions { MaxDegreeOfParallelism = options.FilesPerMigration, CancellationToken = ct },
                async (files, token) => await BringAsync(files, token));
        }
        finally
        {
            await together.CancelAsync();
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => alone.Dispose();

    // In the order of their lines, each once in a run: what was brought before this run is not asked for.
    private async Task FeedAsync(ChannelWriter<IReadOnlyList<LedgerLine>> queue, CancellationToken ct)
    {
        try
        {
            var batches = new Batches(listings.WholeAmong, clock);
            for (var last = 0L; ;)
            {
                var wasLast = allSeen;
                var page = await ledger.FilesToBringAsync(journal.Migration, last, Page, ct);
                foreach (var files in batches.Add(page))
                {
                    await queue.WriteAsync(files, ct);
                }

                last = page.Count > 0 ? page[^1].Number : last;
                var isLast = wasLast && page.Count == 0;
                if ((isLast || batches.AreOverdue) && batches.Rest() is { Count: > 0 } rest)
                {
                    await queue.WriteAsync(rest, ct);
                }

                if (isLast)
                {
                    break;
                }

                if (page.Count == 0)
                {
                    await journal.Committed.WaitAsync(LongestWait, clock, ct);
                }
            }

            queue.Complete();
        }
        catch (Exception e)
        {
            // Reaches the reader, and so the run.
            queue.Complete(e);
        }
    }

    private async Task BringAsync(IReadOnlyList<LedgerLine> files, CancellationToken ct)
    {
        var left = await BringTogetherAsync(files, vain: 0, ct);
        await Parallel.ForEachAsync(
            left,
            new ParallelOptions { MaxDegreeOfParallelism = options.FilesPerMigration, CancellationToken = ct },
            async (file, token) =>
            {
                await alone.WaitAsync(token);
                try
                {
                    await BringAsync(file, token);
                }
                finally
                {
                    alone.Release();
                }
            });
    }

    /// <summary>
    /// Asks again for what is left of a batch that broke off, as long as a good part of it comes; where nothing comes, for each half of
    /// it, in case a single file is to blame.
    /// </summary>
    /// <returns>Those that have to be asked for alone.</returns>
    private async Task<IReadOnlyList<LedgerLine>> BringTogetherAsync(IReadOnlyList<LedgerLine> files, int vain, CancellationToken ct)
    {
        if (files.Count == 1)
        {
            return files;
        }

        var (left, isBroken) = await TryTogetherAsync(files, ct);
        var cameEnough = files.Count - left.Count > files.Count / 10;
        if (!isBroken || left.Count < FewFiles || (!cameEnough && vain == MostInVain))
        {
            return left;
        }

        if (cameEnough)
        {
            return await BringTogetherAsync(left, vain: 0, ct);
        }

        var half = left.Count / 2;
        return [.. await BringTogetherAsync([.. left.Take(half)], vain + 1, ct), .. await BringTogetherAsync([.. left.Skip(half)], vain + 1, ct)];
    }

    private async Task<(IReadOnlyList<LedgerLine> Left, bool IsBroken)> TryTogetherAsync(IReadOnlyList<LedgerLine> files, CancellationToken ct)
    {
        var left = new HashSet<LedgerLine>(files);
        try
        {
            await foreach (var (index, result) in source.FetchManyAsync(new(files, listings.WholeAmong(files)), ct))
            {
                left.Remove(files[index]);
                await journal.AddAsync(new LedgerChange.FileBrought(files[index], result, Attempts: 1), ct);
            }

            return ([.. left], false);
        }
        catch (FaultException e)
        {
            // Each of those that are left learns its own reason, unless all have the same.
            await source.CheckAsync(e, ct);
            return ([.. left], true);
        }
    }

    private async Task BringAsync(LedgerLine file, CancellationToken ct)
    {
        var attempts = 0;
        using var arriving = journal.InFlight.Begin();
        try
        {
            var result = await source.AskAsync(
                number =>
                {
                    attempts = number;
                    return source.FetchAsync(file, arriving, ct);
                },
                ct);
            await journal.AddAsync(new LedgerChange.FileBrought(file, result, attempts), ct);
        }
        catch (FaultException e)
        {
            await journal.GiveUpAsync(file, e, attempts, ct);
        }
    }
}
