using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Operations.Metrics;

/// <summary>
/// Counters whose series are known are told from the start, as 0: of one that appears with its first event, Prometheus sees no rise, and
/// no alert comes of it.
/// </summary>
public static class FromZero
{
    private static readonly ConcurrentDictionary<Instrument, KeyValuePair<string, object?>[][]> Known = new();

    /// <summary>Without labels.</summary>
    public static void CountFromZero(this Counter<long> counter) => Begin(counter, [[]]);

    /// <param name="counter">With one label.</param>
    /// <param name="label">Its name.</param>
    /// <param name="values">All that it may have.</param>
    public static void CountFromZero(this Counter<long> counter, string label, params string[] values) =>
        Begin(counter, [.. values.Select(value => new[] { KeyValuePair.Create(label, (object?)value) })]);

    /// <summary>For who listens only later.</summary>
    internal static IEnumerable<KeyValuePair<string, object?>[]> SeriesOf(Instrument instrument) => Known.GetValueOrDefault(instrument) ?? [];

    private static void Begin(Counter<long> counter, KeyValuePair<string, object?>[][] series)
    {
        Known[counter] = series;
        Array.ForEach(series, labels => counter.Add(0, labels));
    }
}
