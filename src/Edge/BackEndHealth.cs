using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Edge;

/// <summary>The edge is ready when what is behind it is.</summary>
internal sealed class BackEndHealth(HttpClient http, IOptions<EdgeOptions> options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        foreach (var service in new[] { options.Value.RemoteFiles, options.Value.Migration })
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(service!, "/health/ready"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (!answer.IsSuccessStatusCode)
                {
                    return HealthCheckResult.Unhealthy($"{service} is not ready");
                }
            }
            catch (HttpRequestException e)
            {
                return HealthCheckResult.Unhealthy($"{service} does not answer", e);
            }
        }

        return HealthCheckResult.Healthy();
    }
}
