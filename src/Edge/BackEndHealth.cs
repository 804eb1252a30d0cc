using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rpc.Balancing;

namespace Edge;

/// <summary>
/// The edge is ready when a replica of RemoteFiles.Service is: files and logins are there. Without Migration.Service it stays so, and only
/// the URLs of migrations answer 503: taken out for it, all edges together would take the files with them.
/// </summary>
internal sealed class BackEndHealth(
    [FromKeyedServices(Routes.RemoteFiles)] Replicas remoteFiles, [FromKeyedServices(Routes.Migration)] Replicas migration) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var both = await Task.WhenAll(remoteFiles.IsReadyAsync(cancellationToken), migration.IsReadyAsync(cancellationToken));
        return both switch
        {
            [false, _] => HealthCheckResult.Unhealthy("no replica of RemoteFiles.Service is ready"),
            [true, false] => HealthCheckResult.Degraded("no replica of Migration.Service is ready"),
            _ => HealthCheckResult.Healthy(),
        };
    }
}
