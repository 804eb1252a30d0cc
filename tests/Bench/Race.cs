using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Bench;

/// <summary>One way to do the work. <paramref name="Prepare"/> is not timed, and is told the number of the round.</summary>
internal sealed record Contestant(string Name, Func<int, CancellationToken, Task> Prepare, Func<int, CancellationToken, Task> Run);

/// <summary>
/// Runs contestants in turn, round after round, so that what else the machine does hits them all alike, and prints medians
/// with the first one as the measure of the others: until each says that it is done, and until what it wrote is on disk as well.
/// </summary>
/// <param name="title">What they do.</param>
/// <param name="amount">How much of it in a round.</param>
/// <param name="unit">Of the amount.</param>
/// <param name="fromCold">Whether the first round counts: not where a server is meant that has run for a while.</param>
internal sealed class Race(string title, double amount, string unit, bool fromCold = true)
{
    private const int WidthOfFile = 120;

    public async Task RunAsync(IReadOnlyList<Contestant> contestants, int rounds, CancellationToken ct)
    {
        var times = contestants.ToDictionary(contestant => contestant.Name, _ => new List<(double Done, double OnDisk)>());
        for (var round = fromCold ? 0 : -1; round < rounds; round++)
        {
            // Each round begins with another one: who comes first finds the memory of the system full of other things.
            var first = Math.Max(round, 0) % contestants.Count;
            foreach (var contestant in contestants.Skip(first).Concat(contestants.Take(first)))
            {
                await contestant.Prepare(round, ct);

                // What has been left in memory by then, to be written by and by, is not this one's to wait for.
                await SyncAsync(ct);
                var watch = Stopwatch.StartNew();
                await contestant.Run(round, ct);
                var done = watch.Elapsed.TotalSeconds;
                await SyncAsync(ct);
                var onDisk = watch.Elapsed.TotalSeconds;
                if (round >= 0)
                {
                    times[contestant.Name].Add((done, onDisk));
                }

                await Console.Error.WriteLineAsync(Text($"{title}, round {round + 1}: {contestant.Name} {done:0.000} s, on disk {onDisk:0.000} s"));
            }
        }

        Print(contestants, times);
    }

    private static Task SyncAsync(CancellationToken ct) => PeerProcess.RunAsync("sync", [], new Dictionary<string, string>(), ct);

    private void Print(IReadOnlyList<Contestant> contestants, Dictionary<string, List<(double Done, double OnDisk)>> times)
    {
        var table = new Table().Title(title).AddColumns("", "median s", "range s", $"{unit}/s", "ratio", "on disk s", "ratio");
        var (first, firstOnDisk) = Medians(times[contestants[0].Name]);
        foreach (var (name, _, _) in contestants)
        {
            var (median, onDisk) = Medians(times[name]);
            table.AddRow(
                Markup.Escape(name),
                Text($"{median:0.000}"),
                Text($"{times[name].Min(time => time.Done):0.000}-{times[name].Max(time => time.Done):0.000}"),
                Text($"{amount / median:0.#}"),
                Text($"{median / first:0.00}"),
                Text($"{onDisk:0.000}"),
                Text($"{onDisk / firstOnDisk:0.00}"));
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WidthOfFile;
        }

        AnsiConsole.Write(table);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static (double Done, double OnDisk) Medians(List<(double Done, double OnDisk)> times) =>
        (Median(times.Select(time => time.Done)), Median(times.Select(time => time.OnDisk)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
