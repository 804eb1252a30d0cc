using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Operations;

/// <summary>Section "Telemetry": where traces and metrics are sent to. Without an address nothing is collected for it.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Of an OpenTelemetry collector: <c>http://collector:4317</c> for gRPC, or <c>http://collector:4318</c> with <see cref="Protocol"/> http.</summary>
    public Uri? Otlp { get; set; }

    /// <summary>grpc or http (protobuf over HTTP/1.1).</summary>
    [RegularExpression("grpc|http")]
    public string Protocol { get; set; } = "grpc";

    /// <summary>Headers for the collector, <c>name=value,name=value</c>: often a key.</summary>
    public string Headers { get; set; } = "";

    /// <summary>Of the traces that begin here, this share is recorded; one that began elsewhere says itself whether it is.</summary>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; set; } = 1;

    /// <summary>How often metrics are sent.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan MetricsInterval { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>Of the section "Listen": the address for Prometheus, in every service.</summary>
public sealed class MetricsOptions : IValidatableObject
{
    /// <summary><c>address:port</c> that answers GET /metrics and nothing else; empty for none. No instance is served there, and no password asked.</summary>
    public string Metrics { get; set; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Metrics.Length > 0 && !IPEndPoint.TryParse(Metrics, out _))
        {
            yield return new("Listen:Metrics is an address with a port, as 127.0.0.1:9464", [nameof(Metrics)]);
        }
    }
}
