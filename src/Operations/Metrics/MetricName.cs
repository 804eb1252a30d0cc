using System.Diagnostics.Metrics;

namespace Operations.Metrics;

/// <summary>An instrument's name as Prometheus writes it: <c>storage.commit.duration</c> in <c>s</c> is <c>storage_commit_duration_seconds</c>.</summary>
internal static class MetricName
{
    private static readonly Dictionary<string, string> Units = new() { ["s"] = "seconds", ["By"] = "bytes", ["%"] = "percent" };

    public static string Of(Instrument instrument)
    {
        var name = Plain(instrument.Name);
        if (Units.TryGetValue(instrument.Unit ?? "", out var unit) && !name.EndsWith("_" + unit, StringComparison.Ordinal))
        {
            name += "_" + unit;
        }

        return KindOf(instrument) == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>Letters, digits and underscores.</summary>
    public static string Plain(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));

    public static MetricKind KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        var type when type.StartsWith("Histogram", StringComparison.Ordinal) => MetricKind.Histogram,
        var type when type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal) => MetricKind.Counter,
        _ => MetricKind.Gauge,
    };
}

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
