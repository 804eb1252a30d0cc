using Microsoft.Extensions.Options;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>One worker's run of one migration, from wherever it stands to its end, or to where another worker goes on.</summary>
internal sealed partial class MigrationRun(
    IRemoteFiles remote, ILedger ledger, IOptions<MigrationOptions> options, TimeProvider clock, ILogger<MigrationRun> log)
{
    private const int SecondPassDelays = 8;

    public async Task RunAsync(Lease lease, TrackedMigration migration, CancellationToken shutdown)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown, lease.Ended);
        using var journal = new Journal(ledger, lease, clock);
        var report = new Report(migration, journal, ledger, lease, clock);
        try
        {
            await RunToEndAsync(migration, new Source(migration, remote, options.Value, clock), journal, report, lease, stop.Token);
        }
        catch (LeaseLostException)
        {
            Lost(lease.Id);
        }
    }

    private async Task RunToEndAsync(TrackedMigration migration, Source source, Journal journal, Report report, Lease lease, CancellationToken ct)
    {
        try
        {
            await journal.LoadAsync(ct);
            await Waits.CheckAsync(migration.Document, source, ct);
            if (migration.Document.StartedAt is not null)
            {
                await source.ConfirmOwnerAsync(ct);
            }

            await BringAsync(source, journal, report, ct);
            FaultPoint.Pass(FaultPoint.EndDue);
            var (counts, leftOut) = (await ledger.TallyAsync(lease.Id, ct), await ledger.LeftOutAsync(lease.Id, ct));
            await report.WriteAsync(document => document.Complete(clock.GetUtcNow(), counts, leftOut), CancellationToken.None);
            FaultPoint.Pass(FaultPoint.EndWritten);
            Completed(lease.Id, journal.Totals.FilesImported, journal.Totals.BytesImported, journal.Totals.Errors);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await journal.CloseAsync();
            await StopAsync(lease, report);
        }
        catch (RunStoppedException e)
        {
            await journal.CloseAsync();
            var hasMoved = journal.Totals.FilesImported > migration.Document.Progress.FilesImported;
            await StopAsync(e, hasMoved ? null : migration.Document.WaitingFor, source, report, lease);
        }
        catch (Exception e) when (e is not LeaseLostException)
        {
            Broken(e, lease.Id);
            await journal.CloseAsync();
            await report.WriteAsync(document => document.Fail("An error of this server ended the migration", clock.GetUtcNow()), CancellationToken.None);
        }
    }

    private async Task BringAsync(Source source, Journal journal, Report report, CancellationToken ct)
    {
        var earlier = await ledger.FindEarlierAsync(journal.Migration, ct) is { } found ? new EarlierCopies(source, ledger, found) : null;
        var listings = new Listings(source, readAhead: earlier is null);
        var walk = new Walk(source, listings, new(source, earlier), ledger, journal, options.Value);
        report.Expect(await Preflight.CheckAsync(source, journal, ct));
        await report.WriteAsync(document => document.Start(clock.GetUtcNow()), ct);
        await walk.BeginAsync(ct);
        await PassAsync(source, listings, walk, journal, report, ct);

        // What failed while the source had a bad moment gets another one, once.
        if (await HasSecondChanceAsync(journal, report, ct))
        {
            await Task.Delay(options.Value.RetryDelay * SecondPassDelays, clock, ct);
            await PassAsync(source, listings, walk, journal, report, ct);
        }

        if (earlier is not null)
        {
            await earlier.RemoveLeftAsync(journal.Migration, ct);
        }
    }

    private static async Task<bool> HasSecondChanceAsync(Journal journal, Report report, CancellationToken ct)
    {
        var errors = journal.Totals.Errors;
        if (errors > 0)
        {
            await journal.AddAsync(new LedgerChange.Retried(Reasons.Passing), ct);
            await journal.CommitAsync(ct);
            report.ForgetErrors();
        }

        return journal.Totals.Errors < errors;
    }

    private async Task PassAsync(Source source, Listings listings, Walk walk, Journal journal, Report report, CancellationToken ct)
    {
        // Their end, not an exception, ends the loops that ride along; the first failure of any part ends all.
        using var commits = new PeriodicTimer(options.Value.LedgerDelay, clock);
        using var reports = new PeriodicTimer(options.Value.ReportInterval, clock);
        Func<CancellationToken, Task>[] parts =
        [
            token => journal.KeepAsync(commits, token),
            token => report.KeepAsync(reports, token),
            async token =>
            {
                using var files = new Files(source, listings, ledger, journal, options.Value, clock);
                await WalkAndBringAsync(walk, files, report, token);
                commits.Dispose();
                reports.Dispose();
            },
        ];
        await TogetherAsync(parts, ct);
        await journal.CommitAsync(ct);
        await journal.LoadAsync(ct);
    }

    private static Task WalkAndBringAsync(Walk walk, Files files, Report report, CancellationToken ct) => TogetherAsync(
        [
            async token =>
            {
                await walk.RunAsync(token);
                report.AllIsSeen();
                files.NoMoreAreComing();
            },
            files.RunAsync,
        ],
        ct);

    /// <summary>The first failure stops the others, and is the one thrown.</summary>
    private static Task TogetherAsync(Func<CancellationToken, Task>[] parts, CancellationToken ct) =>
        Parallel.ForEachAsync(
            parts,
            new ParallelOptions { MaxDegreeOfParallelism = parts.Length, CancellationToken = ct },
            async (part, token) => await part(token));

    /// <summary>Failed, or left for whoever looks next whether it can go on.</summary>
    private async Task StopAsync(RunStoppedException stopped, WaitingFor? before, Source source, Report report, Lease lease)
    {
        var (reason, missing) = await DetailsAsync(stopped, source, report);
        var now = clock.GetUtcNow();
        WaitingFor? wait = null;
        await report.WriteAsync(
            document =>
            {
                var next = Waits.After(document, stopped, before, reason, missing, options.Value, now);
                wait = next.WaitingFor;
                return next;
            },
            CancellationToken.None);
        if (wait is null)
        {
            Failed(lease.Id, reason);
            return;
        }

        FaultPoint.Pass(FaultPoint.WaitWritten);
        await lease.LeaveAsync(Waits.NextLook(wait, options.Value, now), CancellationToken.None);
        Waiting(lease.Id, wait.Reason, reason);
    }

    /// <summary>Canceled, or shut down and left to the next worker.</summary>
    private async Task StopAsync(Lease lease, Report report)
    {
        if (lease.IsCancelRequested)
        {
            await report.WriteAsync(document => document.Cancel(clock.GetUtcNow()), CancellationToken.None);
            Canceled(lease.Id);
            return;
        }

        await report.WriteAsync(document => document, CancellationToken.None);
        await lease.ReleaseAsync(CancellationToken.None);
        Released(lease.Id);
    }

    // A full drive is told with its numbers, where they can be had.
    private static async Task<(string Reason, long? Missing)> DetailsAsync(RunStoppedException stopped, Source source, Report report)
    {
        try
        {
            return stopped.Fault == Fault.OutOfSpace && await source.FreeSpaceAsync(CancellationToken.None) is { } free && free < report.BytesLeft
                ? (Preflight.QuotaReason(report.BytesLeft, free), report.BytesLeft - free)
                : (stopped.Message, null);
        }
        catch (Exception e) when (e is FaultException or RunStoppedException)
        {
            return (stopped.Message, null);
        }
    }

    [LoggerMessage(LogLevel.Information, "Migration {Id} completed: {Files} files, {Bytes} bytes, {Errors} errors", EventName = "migration.completed")]
    private partial void Completed(string id, long files, long bytes, long errors);

    [LoggerMessage(LogLevel.Warning, "Migration {Id} failed: {Reason}", EventName = "migration.failed")]
    private partial void Failed(string id, string reason);

    [LoggerMessage(LogLevel.Warning, "Migration {Id} waits for {What}: {Reason}", EventName = "migration.waiting")]
    private partial void Waiting(string id, string what, string reason);

    [LoggerMessage(LogLevel.Error, "Migration {Id} ended by an error of this server", EventName = "migration.broken")]
    private partial void Broken(Exception e, string id);

    [LoggerMessage(LogLevel.Information, "Migration {Id} canceled", EventName = "migration.canceled")]
    private partial void Canceled(string id);

    [LoggerMessage(LogLevel.Information, "Migration {Id} left for the next worker", EventName = "migration.released")]
    private partial void Released(string id);

    [LoggerMessage(LogLevel.Warning, "Migration {Id} belongs to another worker, or has ended", EventName = "migration.lease_lost")]
    private partial void Lost(string id);
}
