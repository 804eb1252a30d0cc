using System.Diagnostics;
using System.Globalization;
using Bridge;
using Bridge.Demo;
using Spectre.Console;
using SystemTests;

namespace Bench;

/// <summary>Big folders: how soon a listing begins, how long it takes, and what memory it costs the whole bridge.</summary>
internal sealed class ListingBench : IBench
{
    private const string Folder = "/Big";

    public string Name => "listing";

    public string Summary => "[entries] [rounds]: one folder of 10,000 files, listed from the drive and from our own Nextcloud face; the aim is a first byte in 300 ms and 60 MB";

    public async Task RunAsync(string[] arguments, CancellationToken ct)
    {
        var numbers = arguments.Select(argument => int.Parse(argument, CultureInfo.InvariantCulture)).ToArray();
        var (count, rounds) = (numbers.ElementAtOrDefault(0) is > 0 and var many ? many : 10_000, numbers.ElementAtOrDefault(1) is > 0 and var asked ? asked : 5);
        await using var bridge = await BridgeProcess.StartAsync(ct);

        // An address instead of a name: the bridge is its own remote Nextcloud.
        var domain = $"127.0.0.1:{bridge.Port}";
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(domain, "passphrase", "en", quota: null, ct);
        using var cozy = new CozyClient(bridge.Address, domain, await admin.CliTokenAsync(domain, ["io.cozy.files"], ct));
        var password = await admin.AddAppPasswordAsync(domain, "bench", ct);
        var account = await admin.AddAccountAsync(domain, bridge.Address.ToString(), domain.Split('.', ':')[0], password, ct);
        var folder = await FillAsync(cozy, count, ct);

        var table = new Table().AddColumns("listing", "first byte (ms)", "whole (ms)", "size (KB)", "memory above idle (MB)");
        table.Title = new($"a folder of {count} files, median of {rounds}");
        foreach (var path in new[]
        {
            $"/files/{folder}", $"/files/{folder}?page[limit]=1000", $"/files/{folder}/relationships/contents?page[limit]=1000&page[skip]={count / 2}",
            $"/remote/nextcloud/{account}{Folder}", "/remote/nextcloud/" + account + "/",
        })
        {
            // A process that has done nothing yet: what it grows by is the listing's, and what it compiles for it.
            await bridge.Process.KillAsync();
            await bridge.StartAgainAsync(ct);
            var idle = bridge.Process.PeakMemory;
            var times = new List<(double First, double Whole, long Bytes)>();
            for (var round = 0; round <= rounds; round++)
            {
                times.Add(await MeasureAsync(cozy, path, ct));
            }

            // The first is of a cold process.
            times.RemoveAt(0);
            table.AddRow(
                path.Replace(folder, ":id", StringComparison.Ordinal).Replace(account, ":account", StringComparison.Ordinal).EscapeMarkup(),
                $"{Median(times.Select(time => time.First)):0.0}",
                $"{Median(times.Select(time => time.Whole)):0.0}",
                $"{times[0].Bytes / 1000.0:0}",
                $"{(bridge.Process.PeakMemory - idle) / 1e6:0}");
        }

        AnsiConsole.Write(table);
    }

    private static async Task<string> FillAsync(CozyClient cozy, int count, CancellationToken ct)
    {
        var folder = await cozy.MakeDirectoryAsync(Folder, ct);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), parallel, async (number, stop) =>
        {
            using var content = new MemoryStream("x"u8.ToArray());
            await cozy.UploadAsync(folder, FileSet.NameOf(number), content, content.Length, stop);
        });
        return folder;
    }

    private static async Task<(double First, double Whole, long Bytes)> MeasureAsync(CozyClient cozy, string path, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        var clock = Stopwatch.StartNew();
        await using var body = await cozy.OpenAsync(path, ct);
        long bytes = await body.ReadAsync(buffer, ct);
        var first = clock.Elapsed.TotalMilliseconds;
        for (int read; (read = await body.ReadAsync(buffer, ct)) > 0; bytes += read)
        {
        }

        return (first, clock.Elapsed.TotalMilliseconds, bytes);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;
}
