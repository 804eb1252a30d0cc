using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Operations;

/// <summary>
/// What orchestrators ask. Startup: its tables are there and everything it runs has begun. Live: it answers; only a restart would help
/// one that does not. Ready: it can do its work now, which a database or a broker that is away ends, and so does shutting down.
/// </summary>
public static class Probes
{
    public const string Startup = "/health/startup";
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";

    public static void AddProbes(this WebApplicationBuilder builder)
    {
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Services.AddSingleton<Readiness>().AddHealthChecks().AddCheck<StoppingHealth>("stopping");
    }

    public static IEnumerable<IEndpointConventionBuilder> MapProbes(this WebApplication app)
    {
        var lifetime = app.Services.GetRequiredService<IHostApplicationLifetime>();
        return new IEndpointConventionBuilder[]
        {
            app.MapGet(Startup, () => lifetime.ApplicationStarted.IsCancellationRequested
                ? Results.Text("Started")
                : Results.Text("Starting", statusCode: StatusCodes.Status503ServiceUnavailable)),
            app.MapHealthChecks(Live, new HealthCheckOptions { Predicate = _ => false }),
            app.MapHealthChecks(Ready, app.Services.GetRequiredService<Readiness>().Options),
        }.Select(probe => probe.DisableHttpMetrics());
    }
}

/// <summary>Whoever ends takes nothing new: the next one is asked instead.</summary>
public sealed class StoppingHealth(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("it is shutting down") : HealthCheckResult.Healthy());
}
