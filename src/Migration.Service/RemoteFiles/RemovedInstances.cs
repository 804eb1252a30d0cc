using Grpc.Core;
using Protos;
using Shared.Access;
using Shared.Storage;

namespace Migration.RemoteFiles;

/// <summary>Forgets the migrations of instances that were removed: at the start, and every hour. Only one that is named as removed counts, never one that is not found.</summary>
internal sealed partial class RemovedInstances(Instances.InstancesClient client, Tokens tokens, Database database, TimeProvider clock, ILogger<RemovedInstances> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public async Task ForgetAsync(CancellationToken ct)
    {
        var headers = new Metadata { { "authorization", "Bearer " + tokens.Mint(Instance.None, Audiences.Service, ServiceTokens.Subject, "") } };
        var removed = await client.ListRemovedAsync(new(), new CallOptions(headers, cancellationToken: ct));
        foreach (var domain in removed.Domains)
        {
            await TenantRows.RemoveAsync(database, domain, _ => Task.CompletedTask, ct);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await ForgetAsync(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                Away(e.Status.Detail);
            }
            catch (Exception e)
            {
                Failed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "The removed instances could not be asked for now, as RemoteFiles is away: {Reason}", EventName = "instances.away")]
    private partial void Away(string reason);

    [LoggerMessage(LogLevel.Warning, "The removed instances could not be asked for now", EventName = "instances.not-told")]
    private partial void Failed(Exception e);
}
