using System.Globalization;
using Bridge;
using Bridge.Demo;
using SystemTests;

namespace Bench;

/// <summary>Our own way: a new instance of a running bridge migrates a folder, and reports it complete.</summary>
internal sealed class OwnMigration(DavSource source, FileSet set) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    // Not that of tests, which a busy machine may miss.
    private static readonly Dictionary<string, string> ProductLease = new() { ["Migration__Lease"] = "00:00:30", ["Migration__LeaseRenewal"] = "00:00:10" };

    private BridgeProcess? bridge;
    private CozyClient? cozy;

    public Contestant AsContestant() => new("bridge migration", PrepareAsync, RunAsync);

    public async ValueTask DisposeAsync()
    {
        cozy?.Dispose();
        if (bridge is not null)
        {
            await bridge.DisposeAsync();
        }
    }

    private async Task PrepareAsync(int round, CancellationToken ct)
    {
        bridge ??= await BridgeProcess.StartAsync(ProductLease, ct);
        cozy?.Dispose();
        cozy = await bridge.AddInstanceAsync($"round{round}", ct);
    }

    private async Task RunAsync(int round, CancellationToken ct)
    {
        await MoveAsync(cozy!, source, set, ct);
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"peak memory of the bridge: {bridge!.Process.PeakMemory / 1e6:0} MB"));
    }

    /// <summary>Migrates the set, and returns when every file of it is in the Cozy.</summary>
    public static async Task MoveAsync(CozyClient cozy, DavSource source, FileSet set, CancellationToken ct)
    {
        var id = await cozy.StartMigrationAsync(source.Home.AbsoluteUri, source.User, source.Password, "/" + DavSource.FolderOf(set), "/Moved", ct);
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var migration = await cozy.GetMigrationAsync(id, ct);
            var status = migration["status"]!.GetValue<string>();
            if (status is "failed" or "canceled"
                || (status == "completed" && ((string?)migration["outcome"] != "complete" || migration["progress"]!["files_imported"]!.GetValue<int>() != set.Count)))
            {
                throw new InvalidOperationException(migration.ToJsonString());
            }

            if (status == "completed")
            {
                return;
            }
        }
    }
}
