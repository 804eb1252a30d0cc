using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Operations.Logs;
using Operations.Metrics;
using Operations.Traces;

namespace Operations;

/// <summary>What an operator meets of a process, whatever it does: secrets from files, logs, metrics and traces. Once a process.</summary>
public static class OperationsHost
{
    /// <param name="builder">Of any service; its other parts may be added after this, and read secrets that came from files.</param>
    /// <param name="service">The name that traces and metrics carry.</param>
    public static void AddOperations(this WebApplicationBuilder builder, string service)
    {
        builder.AddSecretsAndLogs();
        builder.Services.AddSettings<MetricsOptions>("Listen");
        builder.Services.AddSettings<TelemetryOptions>("Telemetry");
        builder.Services.AddHostedService<MetricsServer>();

        var telemetry = builder.Configuration.GetSection("Telemetry").Get<TelemetryOptions>() ?? new();
        if (telemetry.Otlp is not null)
        {
            builder.Services.AddHostedService(_ => new Export(service, telemetry));
        }
    }

    /// <summary>The part of it that each of several hosts in a process needs.</summary>
    public static void AddSecretsAndLogs(this WebApplicationBuilder builder)
    {
        builder.Configuration.AddSecretFiles();
        builder.AddLogs();

        // A start that fails is told by whoever began it; what ends a process later is critical.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

        // Baggage is whatever a browser says; it is believed by nobody here, and told to nobody.
        var propagator = new TraceParent();
        DistributedContextPropagator.Current = propagator;
        builder.Services.AddSingleton<DistributedContextPropagator>(propagator);
    }

    /// <summary>Names each trace span by its route, never by what stands in its place. The first of a pipeline.</summary>
    public static void UseOperations(this IApplicationBuilder app) => app.UseMiddleware<SpanName>();
}
