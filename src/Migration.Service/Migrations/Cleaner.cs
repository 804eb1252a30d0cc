using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>Wakes the cleaner of this process.</summary>
internal sealed class CleanupSignal
{
    public Signal Work { get; } = new();
}

/// <summary>
/// Takes cleanups that wait, one at a time, and runs each to its end or to where the next worker goes on. Every process that
/// takes requests has one: no worker outside of this system knows of cleanups.
/// </summary>
internal sealed partial class Cleaner(
    ICleanups cleanups,
    IMigrations migrations,
    CleanupRun run,
    CleanupSignal signal,
    IOptions<MigrationOptions> options,
    TimeProvider clock,
    ILogger<Cleaner> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var owner = RandomNumberGenerator.GetHexString(32, lowercase: true);
                var now = clock.GetUtcNow();
                if (await cleanups.TakeAsync(owner, now, now + options.Value.Lease, stoppingToken) is { } job)
                {
                    await RunAsync(job, owner, stoppingToken);
                }
                else
                {
                    await signal.Work.WaitAsync(options.Value.LookForWork, clock, stoppingToken);
                }
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                CannotWork(e);
                await Task.Delay(options.Value.LookForWork, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RunAsync(CleanupJob job, string owner, CancellationToken shutdown)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        using var renewals = new PeriodicTimer(options.Value.LeaseRenewal, clock);
        var keeping = KeepAsync(job, owner, renewals, stop);
        try
        {
            if (await migrations.FindAsync(job.Instance, job.Migration, stop.Token) is { } migration)
            {
                await RunAsync(migration, owner, stop.Token);
            }
        }
        catch (Exception) when (shutdown.IsCancellationRequested)
        {
            await cleanups.ReleaseAsync(job.Migration, owner, CancellationToken.None);
        }
        catch (Exception e) when (e is LeaseLostException || stop.IsCancellationRequested)
        {
            Lost(job.Migration);
        }
        finally
        {
            renewals.Dispose();
            await keeping;
        }
    }

    private async Task RunAsync(TrackedMigration migration, string owner, CancellationToken ct)
    {
        FaultException? fault = null;
        try
        {
            await run.RunAsync(migration, owner, ct);
        }
        catch (RunStoppedException e)
        {
            fault = new(e.Fault, e.Fault == Fault.Unauthenticated ? "nextcloud credentials are invalid" : e.Message, e);
        }
        catch (FaultException e)
        {
            fault = e;
        }

        // The document first: who finds the job over finds the document of its end.
        var now = clock.GetUtcNow();
        await run.ReportAsync(
            migration,
            document => fault is null
                ? document with { SourceDeletion = document.SourceDeletion!.Complete(now), SourceDeletedAt = now }
                : document with { SourceDeletion = document.SourceDeletion!.Fail(fault.Message, now) },
            ct);
        if (await cleanups.EndAsync(migration.Id, owner, fault, ct))
        {
            Over(migration.Id, migration.Instance, fault?.Message ?? "done");
        }
    }

    // Ends the run when the lease is lost, or cannot be renewed in time.
    private async Task KeepAsync(CleanupJob job, string owner, PeriodicTimer timer, CancellationTokenSource stop)
    {
        var until = clock.GetUtcNow() + options.Value.Lease;
        while (await timer.WaitForNextTickAsync(CancellationToken.None) && !stop.IsCancellationRequested)
        {
            var next = clock.GetUtcNow() + options.Value.Lease;
            try
            {
                if (!await cleanups.RenewAsync(job.Migration, owner, next, stop.Token))
                {
                    await stop.CancelAsync();
                }

                until = next;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                NotRenewed(e, job.Migration);
                if (clock.GetUtcNow() >= until)
                {
                    await stop.CancelAsync();
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "The source of migration {Id} of {Instance} is cleaned up: {Result}", EventName = "cleanup.over")]
    private partial void Over(string id, string instance, string result);

    [LoggerMessage(LogLevel.Warning, "The cleanup of migration {Id} goes on elsewhere", EventName = "cleanup.lost")]
    private partial void Lost(string id);

    [LoggerMessage(LogLevel.Warning, "The lease of the cleanup of migration {Id} cannot be renewed just now", EventName = "cleanup.not_renewed")]
    private partial void NotRenewed(Exception e, string id);

    [LoggerMessage(LogLevel.Error, "A cleanup cannot go on; it is tried again when its lease has run out", EventName = "cleanup.broken")]
    private partial void CannotWork(Exception e);
}
