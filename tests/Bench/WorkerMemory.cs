using System.Globalization;
using SystemTests;

namespace Bench;

/// <summary>What each of the three services needs for a whole migration, each in a process of its own.</summary>
internal static class WorkerMemory
{
    public static async Task PrintAsync(DavSource source, FileSet set, CancellationToken ct)
    {
        await using var services = await ThreeServices.StartAsync(ct);
        using var cozy = await services.AddInstanceAsync("memory", ct);
        await OwnMigration.MoveAsync(cozy, source, set, ct);
        foreach (var (name, process) in services.Processes)
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{set.Count} files: at most {process.PeakMemory / 1e6:0} MB in {name}"));
        }
    }
}
