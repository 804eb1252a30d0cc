using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Migration.Queue;

/// <summary>Is the consumer connected? A service that cannot hear its commands is not ready.</summary>
internal sealed class QueueHealth : IHealthCheck
{
    private volatile string? problem = "not connected yet";
    private int state;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(problem is { } text ? HealthCheckResult.Unhealthy("RabbitMQ: " + text) : HealthCheckResult.Healthy());

    /// <summary>True when this is news.</summary>
    public bool Up()
    {
        problem = null;
        QueueMetrics.Connected(true);
        return Interlocked.Exchange(ref state, 1) != 1;
    }

    /// <inheritdoc cref="Up"/>
    public bool Down(string reason)
    {
        problem = reason;
        QueueMetrics.Connected(false);
        return Interlocked.Exchange(ref state, 2) != 2;
    }
}
