using System.Threading.Channels;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// Brings the files that are on record, several at a time, while the walk still finds more. Memory holds a page of them,
/// however many there are.
/// </summary>
internal sealed class Files(Source source, ILedger ledger, Journal journal, MigrationOptions options, TimeProvider clock)
{
    private const int Page = 256;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

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
        var queue = Channel.CreateBounded<LedgerLine>(2 * options.FilesPerMigration);
        using var together = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var feeding = FeedAsync(queue.Writer, together.Token);
        try
        {
            await Parallel.ForEachAsync(
                queue.Reader.ReadAllAsync(ct),
                new ParallelOptions { MaxDegreeOfParallelism = options.FilesPerMigration, CancellationToken = ct },
                async (file, token) => await BringAsync(file, token));
        }
        finally
        {
            await together.CancelAsync();
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // In the order of their lines, each once in a run: what was brought before this run is not asked for.
    private async Task FeedAsync(ChannelWriter<LedgerLine> queue, CancellationToken ct)
    {
        try
        {
            var last = 0L;
            while (true)
            {
                var wasLast = allSeen;
                var page = await ledger.FilesToBringAsync(journal.Migration, last, Page, ct);
                foreach (var file in page)
                {
                    await queue.WriteAsync(file, ct);
                    last = file.Number;
                }

                if (page.Count == 0)
                {
                    if (wasLast)
                    {
                        break;
                    }

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

    private async Task BringAsync(LedgerLine file, CancellationToken ct)
    {
        var attempts = 0;
        try
        {
            var result = await source.AskAsync(
                number =>
                {
                    attempts = number;
                    return source.FetchAsync(file, ct);
                },
                ct);
            await journal.AddAsync(new LedgerChange.FileBrought(file, result, attempts), ct);
        }
        catch (FaultException e)
        {
            await journal.GiveUpAsync(file, e.Message, attempts, ct);
        }
    }
}
