using Microsoft.Extensions.Hosting;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Instances;

/// <summary>
/// Removes instances for good: nobody finds one from the first moment on, then its data goes. What a stop has left of it, and
/// what a late request has added, goes at the next start or within the hour.
/// </summary>
internal sealed partial class InstanceRemoval(Database database, InstanceRegistry registry, ContentDiscard discard, TimeProvider clock, ILogger<InstanceRemoval> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <exception cref="FaultException">NotFound.</exception>
    public async Task RemoveAsync(string domain, CancellationToken ct)
    {
        await registry.RemoveAsync(domain, ct);
        await TenantRows.RemoveAsync(database, domain, blobs => discard(blobs), ct);
        Removed(domain);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                foreach (var domain in await registry.ListRemovedAsync(stoppingToken))
                {
                    await TenantRows.RemoveAsync(database, domain, blobs => discard(blobs), stoppingToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Failed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Information, "The instance {Domain} and its data were removed", EventName = "instance.removed")]
    private partial void Removed(string domain);

    [LoggerMessage(LogLevel.Error, "The data of removed instances could not be removed now", EventName = "instance.removal-failed")]
    private partial void Failed(Exception e);
}

/// <summary>Removes contents that no row names any more.</summary>
internal delegate Task ContentDiscard(IReadOnlyList<string> blobs);
