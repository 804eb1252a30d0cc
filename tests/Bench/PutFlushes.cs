using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Bridge;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Bench;

/// <summary>What a small PUT costs the disk: how many commits, each of which is flushed, a file takes; those that come together share one.</summary>
internal static class PutFlushes
{
    private const int Files = 400;

    public static async Task PrintAsync(CancellationToken ct)
    {
        var (commits, writes) = (0L, 0L);
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Bridge.Storage")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meters.SetMeasurementEventCallback<long>((instrument, count, _, _) => Interlocked.Add(ref instrument.Name == "storage.commits" ? ref commits : ref writes, count));
        meters.Start();

        var data = Directory.CreateTempSubdirectory("bench-flushes-").FullName;
        await using (var server = await BridgeServer.StartAsync(new(data, IPAddress.Loopback, 0, 0, null, false, [], LogLevel.Warning), ct))
        {
            using var admin = new AdminClient(server.Admin, server.AdminSecret);
            var own = await DavBench.OwnAsync(admin, server.Public, ct);
            using var http = own.Client();
            foreach (var together in new[] { 1, 8 })
            {
                using var made = await http.SendAsync(new(new("MKCOL"), new Uri(own.Files, together.ToString(CultureInfo.InvariantCulture))), ct);
                made.EnsureSuccessStatusCode();
                var before = (Commits: Interlocked.Read(ref commits), Writes: Interlocked.Read(ref writes));
                await DavBench.PutManyAsync(http, own.Files, $"{together}/", Files, together, ct);
                AnsiConsole.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"PUT of 4 KiB, {together} at once: {(Interlocked.Read(ref commits) - before.Commits) / (double)Files:0.00} flushes and {(Interlocked.Read(ref writes) - before.Writes) / (double)Files:0.00} changes of the database a file"));
            }
        }

        Directory.Delete(data, recursive: true);
    }
}
