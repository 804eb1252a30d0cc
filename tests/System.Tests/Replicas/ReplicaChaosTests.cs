using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bridge;
using Migration.Tests.Fakes;
using StandIn;

namespace SystemTests.Replicas;

/// <summary>
/// Three replicas of each service under load, while some of them are killed and replaced: clients see nothing but 503 and connections that
/// broke, and nothing is lost or done twice. BRIDGE_CHAOS_SEED repeats the choices of a run, BRIDGE_CHAOS_ROUNDS makes it longer.
/// </summary>
public sealed class ReplicaChaosTests(ITestOutputHelper output)
{
    private const int Replicas = 3;
    private const int DavClients = 3;
    private const int FilesOfSource = 100;
    private static readonly string[] Scopes = ["io.cozy.files", "io.cozy.nextcloud.migrations"];

    private readonly TaskCompletionSource chaosIsOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim mayMigrate = new(0);
    private int steps;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replicas_that_are_killed_and_replaced_under_load_lose_nothing_and_do_nothing_twice()
    {
        var seed = Setting("BRIDGE_CHAOS_SEED") ?? Random.Shared.Next();
        output.WriteLine($"BRIDGE_CHAOS_SEED={seed}");
        await using var topology = await ReplicaTopology.StartAsync(Replicas, Ct);
        try
        {
            await RunAsync(topology, new Random(seed));
        }
        catch
        {
            output.WriteLine(topology.Output);
            throw;
        }
        finally
        {
            output.WriteLine($"{steps} steps, " + string.Join(", ", PatientClient.Troubles.Select(trouble => $"{trouble.Key}: {trouble.Value}")));
        }
    }

    private async Task RunAsync(ReplicaTopology topology, Random random)
    {
        using var admin = topology.Admin();
        var (alma, bela) = (topology.Domain("alma"), topology.Domain("bela"));
        await admin.AddInstanceAsync(alma, "passphrase", "en", quota: null, Ct);
        await admin.AddInstanceAsync(bela, "passphrase", "en", quota: null, Ct);
        var password = await admin.AddAppPasswordAsync(alma, "sync", Ct);
        var (tokenOfAlma, tokenOfBela) = (await admin.CliTokenAsync(alma, Scopes, Ct), await admin.CliTokenAsync(bela, Scopes, Ct));
        await using var source = await SourceAsync(random);
        using var app = new PatientClient(topology.Address, alma, "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"alma:{password}")), Ct);
        using var ofAlma = new PatientClient(topology.Address, alma, "Bearer " + tokenOfAlma, Ct);
        using var ofBela = new PatientClient(topology.Address, bela, "Bearer " + tokenOfBela, Ct);
        var davs = Enumerable.Range(0, DavClients).Select(i => new DavWorker(app, alma, "alma", $"client{i}", new Random(random.Next()))).ToList();
        var rest = new RestWorker(ofAlma, new Random(random.Next()));
        await Task.WhenAll(davs.Select(dav => dav.BeginAsync()).Append(rest.BeginAsync()));

        using var watched = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var watcher = new Watcher(topology.Address, alma, tokenOfAlma, ofAlma, rest);
        var watching = watcher.RunAsync(watched.Token);
        Task[] all = [KillAsync(topology, random), .. davs.Select(dav => WorkAsync(dav.StepAsync)), WorkAsync(rest.StepAsync), MigrateAsync(ofAlma, source.Url), MigrateAsync(ofBela, source.Url)];
        try
        {
            await foreach (var one in Task.WhenEach(all))
            {
                await one;
            }
        }
        catch
        {
            // Nobody starts a process any more while the others are ended.
            End();
            await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await Task.WhenAll(davs.Select(dav => dav.CheckAllAsync()));
        var listed = await rest.CheckAllAsync();
        foreach (var (domain, token) in new[] { (alma, tokenOfAlma), (bela, tokenOfBela) })
        {
            using var cozy = new CozyClient(topology.Address, domain, token);
            await CheckMigratedAsync(cozy, source);
        }

        await Eventually.GetAsync(() => Task.FromResult(string.Join('\n', watcher.Files)), known => known == string.Join('\n', listed));
        await Eventually.GetAsync(() => Task.FromResult(string.Join(' ', watcher.Migrations)), known => known == "completed");
        await watched.CancelAsync();
        await watching;
        output.WriteLine($"{watcher.Sockets} sockets");
    }

    private async Task KillAsync(ReplicaTopology topology, Random random)
    {
        var kills = new Dictionary<string, int> { [ReplicaTopology.RemoteFiles] = 0, [ReplicaTopology.Migration] = 0 };
        try
        {
            for (var round = 0; round < (Setting("BRIDGE_CHAOS_ROUNDS") ?? 3) && !chaosIsOver.Task.IsCompleted; round++)
            {
                await StepsAsync(random.Next(10, 40));
                var victims = new List<(string Service, int Replica)> { (ReplicaTopology.Migration, random.Next(Replicas)), (ReplicaTopology.RemoteFiles, random.Next(Replicas)) };
                if (round % 2 == 1)
                {
                    victims.Add((ReplicaTopology.RemoteFiles, (victims[1].Replica + 1) % Replicas));
                }

                await Task.WhenAll(victims.Select(victim => topology.KillAsync(victim.Service, victim.Replica)));
                victims.ForEach(victim => kills[victim.Service]++);
                await StepsAsync(random.Next(10, 40));
                await Task.WhenAll(victims.Select(victim => topology.ReplaceAsync(victim.Service, victim.Replica, Ct)));
            }
        }
        finally
        {
            End();
        }

        output.WriteLine(string.Join(", ", kills.Select(kill => $"{kill.Key} killed {kill.Value} times")));
        Assert.All(kills.Values, count => Assert.True(count > 0));
    }

    private void End()
    {
        if (chaosIsOver.TrySetResult())
        {
            mayMigrate.Release(1_000_000);
        }
    }

    private async Task WorkAsync(Func<Task> step)
    {
        while (!chaosIsOver.Task.IsCompleted)
        {
            await step();
            Interlocked.Increment(ref steps);
            mayMigrate.Release();
        }
    }

    private Task StepsAsync(int count)
    {
        var until = Volatile.Read(ref steps) + count;
        return Eventually.GetAsync(() => Task.FromResult(Volatile.Read(ref steps)), done => done >= until || chaosIsOver.Task.IsCompleted);
    }

    /// <summary>Files that a migration gets no faster than clients get on, so that it lasts as long as the killing.</summary>
    private async Task<StandInNextcloud> SourceAsync(Random random)
    {
        var source = await StandInNextcloud.StartAsync();
        for (var i = 0; i < FilesOfSource; i++)
        {
            var bytes = new byte[i % 20 == 0 ? 400_000 : 3_000 + i];
            random.NextBytes(bytes);
            source.Tree.AddFile($"/folder {i % 10}/file {i}.txt", bytes);
        }

        source.Always(request => request.Target.Contains("/dav/", StringComparison.Ordinal), async (context, usual) =>
        {
            await mayMigrate.WaitAsync(context.RequestAborted);
            await usual();
        });
        return source;
    }

    private static async Task MigrateAsync(PatientClient client, Uri source)
    {
        var order = new JsonObject
        {
            ["nextcloud_url"] = source.ToString(),
            ["nextcloud_login"] = "standin",
            ["nextcloud_app_password"] = "standin-password-9X",
            ["source_path"] = "/",
            ["target_dir"] = "/Moved",
        };
        await client.ChangeAsync(
            () => new(HttpMethod.Post, PatientClient.At("/remote/nextcloud/migration")) { Content = JsonContent.Create(order) },
            [201],
            async () => (await MigrationsAsync(client)).Count > 0);
        await Eventually.GetAsync(
            async () => (string)Assert.Single(await MigrationsAsync(client))!["doc"]!["status"]!, status => status is "completed" or "failed" or "canceled");
    }

    private static async Task<JsonArray> MigrationsAsync(PatientClient client)
    {
        var (_, body) = await client.AskAsync(() => new(HttpMethod.Get, PatientClient.At("/data/io.cozy.nextcloud.migrations/_all_docs?include_docs=true")), 200);
        return JsonNode.Parse(body)!["rows"]!.AsArray();
    }

    private async Task CheckMigratedAsync(CozyClient cozy, StandInNextcloud source)
    {
        var migration = Assert.Single(await cozy.ListMigrationsAsync(Ct))!;
        Assert.True((string?)migration["outcome"] == "complete", migration.ToJsonString());

        // What a worker brought and could not put on record before it was killed, the next one found there.
        var counts = migration["counts"]!.AsObject();
        output.WriteLine(counts.ToJsonString());
        Assert.Equal(FilesOfSource, (int)counts["imported"]! + (int)counts["identical"]!);
        Assert.All(new[] { "renamed", "excluded", "failed", "gone" }, end => Assert.Equal(0, (int)counts[end]!));
        Assert.Equal(FilesOfSource, (int?)migration["progress"]!["files_imported"]);
        for (var i = 0; i < FilesOfSource; i++)
        {
            var path = $"/folder {i % 10}/file {i}.txt";
            await using var stored = await cozy.DownloadAsync("/Moved" + path, Ct);
            Assert.Equal(SHA256.HashData(source.Tree.Read(path)), await SHA256.HashDataAsync(stored, Ct));
        }

        Assert.Equal(FilesOfSource, await cozy.CountFilesAsync("/Moved", Ct));
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : null;
}
