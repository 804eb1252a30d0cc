using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Migration.Migrations;

/// <summary>
/// Takes migrations that wait, some at a time, and runs them. It looks by itself, so that one whose worker was killed goes
/// on without anybody asking; a signal only makes it look at once.
/// </summary>
internal sealed partial class Worker(
    IMigrations migrations, MigrationRun run, Signal work, IOptions<MigrationOptions> options, TimeProvider clock, ILogger<Worker> log)
    : BackgroundService
{
    private readonly ConcurrentDictionary<string, Task> running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await TakeWaitingAsync(stoppingToken);
                await work.WaitAsync(options.Value.LookForWork, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(running.Values);
        }
    }

    private async Task TakeWaitingAsync(CancellationToken ct)
    {
        try
        {
            var slots = options.Value.ConcurrentMigrations - running.Count;
            var waiting = slots > 0 ? await migrations.FindWaitingAsync(clock.GetUtcNow(), slots, ct) : [];
            foreach (var id in waiting)
            {
                if (await Lease.TakeAsync(id, migrations, options.Value, clock, ct) is (var lease, var migration))
                {
                    Taken(id, migration.Instance, migration.Document.Status.Text());
                    running[lease.Owner] = RunAsync(lease, migration, ct);
                }
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            CannotLook(e);
        }
    }

    private async Task RunAsync(Lease lease, TrackedMigration migration, CancellationToken ct)
    {
        // Not on the loop's own time.
        await Task.Yield();
        using var span = MigrationSpans.Run(lease.Id);
        using var over = new CancellationTokenSource();
        var keeper = lease.KeepAsync(e => NotRenewed(e, lease.Id), over.Token);
        try
        {
            await run.RunAsync(lease, migration, ct);
        }
        catch (Exception e)
        {
            // The lease runs out, and then the next worker tries: that is the back-off.
            Unwritable(e, lease.Id);
        }
        finally
        {
            await over.CancelAsync();
            await keeper;
            running.TryRemove(lease.Owner, out _);
            lease.Dispose();
            work.Set();
        }
    }

    [LoggerMessage(LogLevel.Information, "Migration {Id} of {Instance} taken, it was {Status}", EventName = "migration.taken")]
    private partial void Taken(string id, string instance, string status);

    [LoggerMessage(LogLevel.Warning, "The lease of migration {Id} cannot be looked after just now", EventName = "migration.not_renewed")]
    private partial void NotRenewed(Exception e, string id);

    [LoggerMessage(LogLevel.Error, "Cannot look for migrations", EventName = "migration.look_failed")]
    private partial void CannotLook(Exception e);

    [LoggerMessage(LogLevel.Error, "Migration {Id} cannot be written to; it is tried again when its lease has run out", EventName = "migration.unwritable")]
    private partial void Unwritable(Exception e, string id);
}
