using System.Diagnostics;
using System.Text.RegularExpressions;
using Bridge;
using Bridge.Demo;
using Migration.Tests.Fakes;

namespace SystemTests.Operations;

/// <summary>What docker-compose.yml says, started as processes: the same settings, secrets from files, two replicas, probes and all.</summary>
public sealed partial class TopologyTests : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("bridge-topology-").FullName;
    private readonly Dictionary<string, List<Replica>> replicas = [];
    private readonly RabbitMqServer broker = new();

    [Fact]
    public async Task The_services_of_the_compose_file_start_in_its_order_answer_its_probe_and_migrate()
    {
        var ct = TestContext.Current.CancellationToken;
        await broker.StartAsync();
        var services = Assert.Single(Yaml.Read("docker-compose.yml"))["services"]!.AsObject();
        foreach (var name in new[] { "remote-files", "migration", "edge" })
        {
            var settings = services[name]!["environment"]!.AsObject().ToDictionary(setting => setting.Key, setting => (string)setting.Value!);
            for (var i = 0; i < int.Parse((string?)services[name]!["deploy"]!["replicas"] ?? "1"); i++)
            {
                await StartAsync(name, settings, ct);
            }
        }

        Assert.All(replicas.Values.SelectMany(all => all), replica => Assert.Equal(0, ProbeOf(replica)));
        await MigrateAsync(ct);

        // One of each is enough; without any that has the files, the edge is not ready either.
        await replicas["migration"][0].Process.KillAsync();
        await replicas["remote-files"][0].Process.KillAsync();
        Assert.Equal(1, ProbeOf(replicas["migration"][0]));
        Assert.Equal(0, ProbeOf(replicas["edge"][0]));
        await replicas["remote-files"][1].Process.KillAsync();
        Assert.Equal(1, ProbeOf(replicas["edge"][0]));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas.Values.SelectMany(all => all))
        {
            await replica.Process.DisposeAsync();
        }

        await broker.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private async Task StartAsync(string name, Dictionary<string, string> compose, CancellationToken ct)
    {
        var ports = new Dictionary<string, int>();
        var settings = compose
            .Where(setting => !setting.Key.StartsWith("Storage__Postgres", StringComparison.Ordinal) && !setting.Key.StartsWith("Blobs__", StringComparison.Ordinal))
            .ToDictionary(setting => setting.Key, setting => Here(name, setting.Value, ports));
        settings["Nextcloud__AllowPrivateNetworks"] = "true";
        settings["Telemetry__SampleRatio"] = "0";
        var http = ports[compose.GetValueOrDefault("Edge__Listen", "0.0.0.0:5001")];
        var started = await ServiceProcess.StartAsync(ComposeTests.Projects[name], [], settings, new($"http://127.0.0.1:{http}/health/ready"), ct);
        (replicas.TryGetValue(name, out var all) ? all : replicas[name] = []).Add(new(name, started, settings, ports));
    }

    /// <summary>What stands for this in the processes of the test: ports of their own, all replicas of a name, and a file for each secret.</summary>
    private string Here(string name, string value, Dictionary<string, int> ports)
    {
        if (value.StartsWith("0.0.0.0:", StringComparison.Ordinal))
        {
            return $"127.0.0.1:{ports[value] = FreePort.Take()}";
        }

        if (value.StartsWith("/run/secrets/", StringComparison.Ordinal))
        {
            var (secret, file) = (value.Split('/')[^1], Path.Combine(directory, value.Split('/')[^1]));
            File.WriteAllText(file, secret == "rabbitmq_password" ? "guest\n" : new string('k', 40) + "\n");
            return file;
        }

        return value == "/data" ? Path.Combine(directory, name)
            : value.StartsWith("amqp://", StringComparison.Ordinal) ? broker.Uri.Replace("guest:guest@", "guest@", StringComparison.Ordinal)
            : Peer().Match(value) is { Success: true } peer ? string.Join(';', replicas[peer.Groups["host"].Value].Select(replica => $"http://127.0.0.1:{replica.Ports["0.0.0.0:" + peer.Groups["port"].Value]}"))
            : value;
    }

    private async Task MigrateAsync(CancellationToken ct)
    {
        await using var nextcloud = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfInstanceAsync(nextcloud, SampleTree.Make(), ct);
        var edge = new Uri($"http://127.0.0.1:{replicas["edge"][0].Ports["0.0.0.0:8080"]}/");
        var domain = $"alma.localhost:{edge.Port}";

        // One replica is told, and all that the edge asks know.
        using var admin = new AdminClient(new($"http://127.0.0.1:{replicas["remote-files"][1].Ports["0.0.0.0:6060"]}/"), new string('k', 40));
        await admin.AddInstanceAsync(domain, "passphrase", "en", quota: null, ct);
        using var alma = new CozyClient(edge, domain, await admin.CliTokenAsync(domain, ["io.cozy.files", "io.cozy.nextcloud.migrations"], ct));
        var id = await alma.StartMigrationAsync(source.Url, source.User, source.Password, "/", "/Nextcloud", ct);
        var end = await Eventually.GetAsync(() => alma.GetMigrationAsync(id, ct), migration => (string)migration["status"]! is "completed" or "failed");
        Assert.Equal(source.Sample.Files.Count, (int?)end["counts"]?["imported"]);
    }

    private static int ProbeOf(Replica replica)
    {
        var start = new ProcessStartInfo(ServiceProcess.PathOf(ComposeTests.Projects[replica.Name]), ["--probe"]);
        foreach (var (name, value) in replica.Settings)
        {
            start.Environment[name] = value;
        }

        using var probe = Process.Start(start)!;
        probe.WaitForExit();
        return probe.ExitCode;
    }

    [GeneratedRegex(@"^http://(?<host>[\w-]+):(?<port>\d+)$")]
    private static partial Regex Peer();

    private sealed record Replica(string Name, ServiceProcess Process, Dictionary<string, string> Settings, Dictionary<string, int> Ports);
}
