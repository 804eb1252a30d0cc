using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Operations;

namespace Shared.Storage;

/// <summary>The tables are there before the first request is taken. A database that is away is waited for: whoever starts all at once starts it too.</summary>
internal sealed partial class SchemaAtStart(Database database, IOptions<StorageOptions> options, TimeProvider clock, ILogger<SchemaAtStart> log) : IHostedLifecycleService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    private readonly Schema schema = Schema.Of(database);

    /// <summary>The version that was there before, and the one that is there now.</summary>
    public async Task<(long Before, long Now)> MigrateAsync(CancellationToken ct)
    {
        var before = 0L;
        await ReachAsync(async () => before = await schema.MigrateAsync(ct), ct);
        return (before, Math.Max(before, schema.Version));
    }

    public Task StartingAsync(CancellationToken cancellationToken) =>
        options.Value.CreateSchema ? MigrateAsync(cancellationToken) : ReachAsync(() => schema.CheckAsync(cancellationToken), cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task ReachAsync(Func<Task> work, CancellationToken ct)
    {
        var begun = clock.GetTimestamp();
        for (var delay = FirstDelay; ; delay = delay + delay < LongestDelay ? delay + delay : LongestDelay)
        {
            try
            {
                await work();
                return;
            }
            catch (DbException e) when (e.IsAway() && clock.GetElapsedTime(begun) < options.Value.StartPatience)
            {
                if (delay == FirstDelay)
                {
                    Awaited(e.Reason());
                }

                await Task.Delay(delay, clock, ct);
            }
            catch (DbException e)
            {
                throw new StartException($"{(options.Value.Postgres.Length > 0 ? "Storage:Postgres" : "Storage:Directory")}: {e.Reason()}", e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The database is away, and waited for: {Reason}", EventName = "storage.awaited")]
    private partial void Awaited(string reason);
}
