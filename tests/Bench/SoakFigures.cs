using System.Collections.Concurrent;
using System.Globalization;

namespace Bench;

/// <summary>What a soak has seen. Memory is judged once a fifth of the time is over: a process grows warm first.</summary>
internal sealed class SoakFigures
{
    private const int WarmUp = 5;
    private readonly ConcurrentQueue<float> looks = new();
    private readonly ConcurrentDictionary<string, int> failures = new();
    private readonly ConcurrentDictionary<string, int> migrations = new();
    private readonly SortedDictionary<string, List<(double Minutes, double Megabytes)>> memory = new(StringComparer.Ordinal);
    private readonly long begun = TimeProvider.System.GetTimestamp();
    private long requests;

    public void Looked(TimeSpan time) => looks.Enqueue((float)time.TotalMilliseconds);

    public void Answered(string method, int status)
    {
        Interlocked.Increment(ref requests);
        if (status >= 300)
        {
            Count(failures, $"{method} {status}");
        }
    }

    public void Failed(string method, Exception error) => Count(failures, $"{method} {error.GetType().Name}");

    public void Migrated(string status) => Count(migrations, status);

    public void Remember(string service, long bytes)
    {
        memory.TryAdd(service, []);
        memory[service].Add((TimeProvider.System.GetElapsedTime(begun).TotalMinutes, bytes / 1e6));
    }

    public void Print()
    {
        var times = looks.Order().ToArray();
        var seconds = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        Line($"root PROPFIND     {times.Length} times, p50 {At(times, 0.5):0.0} ms, p99 {At(times, 0.99):0.0} ms, longest {At(times, 1):0.0} ms");
        Line($"requests          {requests / seconds:0} a second");
        Line($"failures          {Text(failures)}");
        Line($"migrations        {Text(migrations)}");
        foreach (var (service, all) in memory)
        {
            var warm = all.Skip(all.Count / WarmUp).ToList();
            Line($"memory            {service}: {warm[0].Megabytes:0} MB warm, {warm[^1].Megabytes:0} MB at the end, {Slope(warm):+0.00;-0.00} MB a minute");
        }
    }

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static string Text(ConcurrentDictionary<string, int> counts) =>
        counts.IsEmpty ? "none" : string.Join(", ", counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Value} × {count.Key}"));

    private static void Count(ConcurrentDictionary<string, int> counts, string name) => counts.AddOrUpdate(name, 1, (_, count) => count + 1);

    private static float At(float[] sorted, double share) => sorted.Length == 0 ? float.NaN : sorted[(int)((sorted.Length - 1) * share)];

    // Least squares.
    private static double Slope(List<(double Minutes, double Megabytes)> points)
    {
        var (time, size) = (points.Average(point => point.Minutes), points.Average(point => point.Megabytes));
        return points.Sum(point => (point.Minutes - time) * (point.Megabytes - size)) / points.Sum(point => (point.Minutes - time) * (point.Minutes - time));
    }
}
