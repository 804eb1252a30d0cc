using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Bench;

/// <summary>One way to do the work. <paramref name="Prepare"/> is not timed, and is told the number of the round.</summary>
internal sealed record Contestant(string Name, Func<int, CancellationToken, Task> Prepare, Func<int, CancellationToken, Task> Run);

/// <summary>
/// Runs contestants in turn, round after round, so that what else the machine does hits them all alike, and prints medians
/// with the first one as the measure of the others.
/// </summary>
/// <param name="title">What they do.</param>
/// <param name="amount">How much of it in a round.</param>
/// <param name="unit">Of the amount.</param>
/// <param name="fromCold">Whether the first round counts: not where a server is meant that has run for a while.</param>
internal sealed class Race(string title, double amount, string unit, bool fromCold = true)
{
    public async Task RunAsync(IReadOnlyList<Contestant> contestants, int rounds, CancellationToken ct)
    {
        var times = contestants.ToDictionary(contestant => contestant.Name, _ => new List<double>());
        for (var round = fromCold ? 0 : -1; round < rounds; round++)
        {
            // Each round begins with another one: who comes first finds the memory of the system full of other things.
            var first = Math.Max(round, 0) % contestants.Count;
            foreach (var contestant in contestants.Skip(first).Concat(contestants.Take(first)))
            {
                await contestant.Prepare(round, ct);

                // What the one before has left in memory, to be written by and by, is not this one's to wait for.
                await PeerProcess.RunAsync("sync", [], new Dictionary<string, string>(), ct);
                var watch = Stopwatch.StartNew();
                await contestant.Run(round, ct);
                if (round >= 0)
                {
                    times[contestant.Name].Add(watch.Elapsed.TotalSeconds);
                }

                await Console.Error.WriteLineAsync(Text($"{title}, round {round + 1}: {contestant.Name} {watch.Elapsed.TotalSeconds:0.000} s"));
            }
        }

        Print(contestants, times);
    }

    private void Print(IReadOnlyList<Contestant> contestants, Dictionary<string, List<double>> times)
    {
        var table = new Table().Title(title).AddColumns("", "median s", "range s", $"{unit}/s", "ratio");
        var first = Median(times[contestants[0].Name]);
        foreach (var (name, _, _) in contestants)
        {
            var seconds = times[name];
            var median = Median(seconds);
            table.AddRow(
                Markup.Escape(name),
                Text($"{median:0.000}"),
                Text($"{seconds.Min():0.000}-{seconds.Max():0.000}"),
                Text($"{amount / median:0.#}"),
                Text($"{median / first:0.00}"));
        }

        AnsiConsole.Write(table);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
