using Bridge;
using Bridge.Demo;
using SystemTests;

namespace Bench;

/// <summary>Whole migrations from a Nextcloud, or what stands in for one, against the tools that people copy with.</summary>
internal sealed class MigrationBench : IBench
{
    public string Name => "migration";

    public string Summary => "[small|many|photos|large|vast|heavy …] [nextcloud|mod_dav|own …] [rounds] [alone|memory]: from the Nextcloud in BENCH_NEXTCLOUD (http://user:password@host/), from Apache mod_dav and from our own face, against rclone and curl, or alone; or the memory of each service";

    public async Task RunAsync(string[] arguments, CancellationToken ct)
    {
        var rounds = arguments.Select(argument => int.TryParse(argument, out var number) ? number : 0).Append(0).Max() is > 0 and var asked ? asked : 3;
        var alone = arguments.Contains("alone");
        var memory = arguments.Contains("memory");
        var named = arguments.Intersect(["nextcloud", "mod_dav", "own"]).ToList();
        bool IsAsked(string source) => named is [] || named.Contains(source);
        var sets = FileSet.All.Where(set => arguments.Contains(set.Name)).ToList();
        foreach (var set in sets is [] ? [FileSet.Small, FileSet.Large] : sets)
        {
            if (!memory && IsAsked("nextcloud") && DavSource.FromEnvironment() is { } nextcloud)
            {
                await nextcloud.FillAsync(set, ct);
                await RaceAsync(nextcloud, set, rounds, alone, ct);
            }

            if (!memory && IsAsked("mod_dav"))
            {
                await using var apache = await DavPeer.ApacheAsync(ct);
                await RaceAsync(await ApacheSource.FillAsync(apache, set, ct), set, rounds, alone, ct);
            }

            if (!memory && !IsAsked("own"))
            {
                continue;
            }

            await using var bridge = await BridgeProcess.StartAsync(ct);
            var face = await FaceAsync(bridge, set, ct);
            if (memory)
            {
                await WorkerMemory.PrintAsync(face, set, ct);
                continue;
            }

            await RaceAsync(face, set, rounds, alone, ct);
        }
    }

    private static async Task RaceAsync(DavSource source, FileSet set, int rounds, bool alone, CancellationToken ct)
    {
        var (amount, unit) = set.SmallestSize > 1_000_000 ? (set.Bytes / 1e6, "MB") : (set.Count, "files");
        await using var own = new OwnMigration(source, set);
        var place = Directory.CreateTempSubdirectory("bench-peers-");
        try
        {
            Contestant[] peers = alone ? [] : [Peers.Rclone(source, set, 4, place.FullName), Peers.Rclone(source, set, 8, place.FullName), Peers.Curl(source, set, 8, place.FullName)];
            await new Race($"{set.Count} files, {set.Bytes / 1e6:0} MB, from {source.Name}", amount, unit).RunAsync([own.AsContestant(), .. peers], rounds, ct);
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    private static async Task<DavSource> FaceAsync(BridgeProcess bridge, FileSet set, CancellationToken ct)
    {
        // An address instead of a name, which not every peer resolves.
        var domain = $"127.0.0.1:{bridge.Port}";
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(domain, "passphrase", "en", quota: null, ct);
        using var cozy = new CozyClient(bridge.Address, domain, await admin.CliTokenAsync(domain, ["io.cozy.files"], ct));
        foreach (var files in set.Numbers.GroupBy(set.FolderOf))
        {
            var folder = await cozy.MakeDirectoryAsync($"/{DavSource.FolderOf(set)}/{files.Key}", ct);
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct };
            await Parallel.ForEachAsync(files, parallel, async (number, stop) =>
            {
                using var content = new MemoryStream(set.ContentOf(number));
                await cozy.UploadAsync(folder, FileSet.NameOf(number), content, content.Length, stop);
            });
        }

        var login = domain.Split('.', ':')[0];
        return DavSource.Nextcloud("our own Nextcloud face", bridge.Address, login, await admin.AddAppPasswordAsync(domain, "bench", ct));
    }
}
