using Bridge;
using System.Globalization;
using Bridge.Demo;
using SystemTests;

namespace Bench;

/// <summary>Our own way: a new instance of a running bridge migrates a folder, and reports it complete.</summary>
internal sealed class OwnMigration(DavSource source, FileSet set) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

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
        bridge ??= await BridgeProcess.StartAsync(ct);
        cozy?.Dispose();
        cozy = await bridge.AddInstanceAsync($"round{round}", ct);
    }

    private async Task RunAsync(int round, CancellationToken ct)
    {
        var id = await cozy!.StartMigrationAsync(source.Home.AbsoluteUri, source.User, source.Password, "/" + DavSource.FolderOf(set), "/Moved", ct);
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var migration = await cozy.GetMigrationAsync(id, ct);
            var status = migration["status"]!.GetValue<string>();
            if (status is "failed" or "canceled"
                || (status == "completed" && migration["progress"]!["files_imported"]!.GetValue<int>() != set.Count))
            {
                throw new InvalidOperationException(migration.ToJsonString());
            }

            if (status == "completed")
            {
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"peak memory of the bridge: {bridge!.Process.PeakMemory / 1e6:0} MB"));
                return;
            }
        }
    }
}
