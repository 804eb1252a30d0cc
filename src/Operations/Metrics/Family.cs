using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Operations.Metrics;

/// <summary>All that is measured under one name, by the values of its labels; instruments of one name, of several hosts in a process, add up.</summary>
internal sealed class Family
{
    // Whatever a label may come to hold, memory stays bounded.
    private const int MostSeries = 2000;
    private const string Overflow = "otel_metric_overflow=\"true\"";

    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock gate = new();
    private readonly Dictionary<string, Series> all = new(StringComparer.Ordinal);
    private readonly string name;
    private readonly string help;
    private readonly MetricKind kind;
    private readonly bool isSet;
    private readonly double[] bounds;
    private readonly IReadOnlyList<string>? labels;

    public Family(string name, Instrument instrument, IReadOnlyList<string>? labels)
    {
        (this.name, this.labels) = (name, labels);
        kind = MetricName.KindOf(instrument);
        isSet = instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);
        help = instrument.Description ?? "";
        bounds = instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { } advised } ? [.. advised] : DefaultBounds;
    }

    /// <summary>A change of a counter or a gauge, or one value of a histogram.</summary>
    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = KeyOf(tags);
        lock (gate)
        {
            if (!all.TryGetValue(key, out var series) && !all.TryGetValue(key = all.Count < MostSeries ? key : Overflow, out series))
            {
                all[key] = series = new(kind == MetricKind.Histogram ? bounds.Length + 1 : 0);
            }

            series.Sum = isSet ? value : series.Sum + value;
            if (kind == MetricKind.Histogram)
            {
                var bucket = Array.BinarySearch(bounds, value);
                series.Buckets[bucket < 0 ? ~bucket : bucket]++;
            }
        }
    }

    /// <summary>Before what is only observed is asked again: what is not observed any more is gone.</summary>
    public void Forget()
    {
        lock (gate)
        {
            all.Clear();
        }
    }

    /// <summary>In the text exposition format 0.0.4.</summary>
    public void Write(StringBuilder text)
    {
        lock (gate)
        {
            if (all.Count == 0)
            {
                return;
            }

            if (help.Length > 0)
            {
                text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\").Replace("\n", "\\n")).Append('\n');
            }

            text.Append("# TYPE ").Append(name).Append(' ').Append(KindName).Append('\n');
            foreach (var (key, series) in all.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                if (kind == MetricKind.Histogram)
                {
                    WriteHistogram(text, key, series);
                }
                else
                {
                    Line(text, "", key, series.Sum);
                }
            }
        }
    }

    private string KindName => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private void WriteHistogram(StringBuilder text, string key, Series series)
    {
        var count = 0L;
        var start = key.Length > 0 ? key + "," : "";
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            count += series.Buckets[i];
            Line(text, "_bucket", $"{start}le=\"{(i < bounds.Length ? Number(bounds[i]) : "+Inf")}\"", count);
        }

        Line(text, "_sum", key, series.Sum);
        Line(text, "_count", key, count);
    }

    private void Line(StringBuilder text, string suffix, string key, double value)
    {
        text.Append(name).Append(suffix);
        if (key.Length > 0)
        {
            text.Append('{').Append(key).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private string KeyOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var pairs = new List<(string Name, string Value)>(tags.Length);
        foreach (var (tag, value) in tags)
        {
            if (labels is null || labels.Contains(tag))
            {
                pairs.Add((MetricName.Plain(tag), Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")));
            }
        }

        pairs.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return string.Join(',', pairs.Select(pair => $"{pair.Name}=\"{pair.Value}\""));
    }

    private static string Escape(string value) => value.AsSpan().ContainsAny("\\\"\n") ? value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n") : value;

    private static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private sealed class Series(int buckets)
    {
        public double Sum { get; set; }

        public long[] Buckets { get; } = new long[buckets];
    }
}
