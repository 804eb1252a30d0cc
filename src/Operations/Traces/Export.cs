using System.Reflection;
using Microsoft.Extensions.Hosting;
using Operations.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Operations.Traces;

/// <summary>Sends traces and metrics to a collector over OTLP. What the collector does not take is dropped, and nobody waits for it.</summary>
internal sealed class Export(string service, TelemetryOptions options) : IHostedService
{
    private const int LongestFlush = 5000;

    // The request of a client; ours to Nextclouds and between services; what our own code names.
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", Instruments.OursPrefix + "*"];

    private static readonly string[] Meters = [Instruments.OursPrefix + "*", .. Instruments.OfFramework.Keys.Select(key => key.Meter).Distinct()];

    private TracerProvider? traces;
    private MeterProvider? metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder.CreateEmpty().AddService(
            service, serviceVersion: Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3), autoGenerateServiceInstanceId: true);
        traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SampleRatio)))
            .AddSource(Sources)
            .AddProcessor(new KnownTags())
            .AddOtlpExporter(otlp => Configure(otlp, "v1/traces"))
            .Build();
        metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Meters)
            .AddView(instrument => Instruments.Choose(instrument, out var labels) ? ViewOf(labels) : MetricStreamConfiguration.Drop)
            .AddOtlpExporter((otlp, reader) =>
            {
                Configure(otlp, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricsInterval.TotalMilliseconds;
            })
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>After all that makes spans has stopped: a hosted service that began first ends last.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        traces?.Shutdown(LongestFlush);
        metrics?.Shutdown(LongestFlush);
        traces?.Dispose();
        metrics?.Dispose();
        return Task.CompletedTask;
    }

    private static MetricStreamConfiguration? ViewOf(IReadOnlyList<string>? labels) => labels is null ? null : new() { TagKeys = [.. labels] };

    private void Configure(OtlpExporterOptions otlp, string path)
    {
        var isGrpc = options.Protocol == "grpc";
        otlp.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = isGrpc ? options.Otlp! : new Uri(options.Otlp!, path);
        otlp.Headers = options.Headers;
    }
}
