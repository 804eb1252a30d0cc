using Bridge;
using Bridge.Demo;
using Migration.Tests.Fakes;
using Tests.Storage;

namespace SystemTests.Replicas;

/// <summary>An edge and several replicas of each service as processes, over one PostgreSQL, one RabbitMQ and one directory of contents.</summary>
internal sealed class ReplicaTopology : IAsyncDisposable
{
    public const string RemoteFiles = "RemoteFiles.Service";
    public const string Migration = "Migration.Service";

    private const string AdminSecret = "operator-of-the-tests";
    private readonly string directory = Directory.CreateTempSubdirectory("bridge-replicas-").FullName;
    private readonly PostgresServer database = PostgresServer.New();
    private readonly RabbitMqServer broker = new();
    private readonly Dictionary<string, Replica[]> replicas = [];
    private readonly int port = FreePort.Take();
    private ServiceProcess? edge;

    public Uri Address => new($"http://127.0.0.1:{port}/");

    /// <summary>Of the edge, and of all replicas that run now.</summary>
    public string Output => edge?.Output + string.Concat(replicas.Values.SelectMany(all => all).Select(replica => replica.Process?.Output));

    /// <summary>Those that run now.</summary>
    public IEnumerable<(string Service, ServiceProcess Process)> Processes =>
        from service in replicas
        from replica in service.Value
        where replica.Process is not null
        select (service.Key, replica.Process);

    public static async Task<ReplicaTopology> StartAsync(int count, CancellationToken ct)
    {
        var topology = new ReplicaTopology();
        try
        {
            await Task.WhenAll(topology.database.StartAsync(), topology.broker.StartAsync());
            topology.replicas[RemoteFiles] = [.. Enumerable.Range(0, count).Select(_ => new Replica())];
            topology.replicas[Migration] = [.. Enumerable.Range(0, count).Select(_ => new Replica())];
            foreach (var service in new[] { RemoteFiles, Migration })
            {
                await Task.WhenAll(Enumerable.Range(0, count).Select(i => topology.ReplaceAsync(service, i, ct)));
            }

            topology.edge = await ServiceProcess.StartAsync("Edge", [], topology.SettingsOfEdge(), new(topology.Address, "/health/ready"), ct);
            return topology;
        }
        catch
        {
            await topology.DisposeAsync();
            throw;
        }
    }

    public string Domain(string label) => $"{label}.localhost:{port}";

    public AdminClient Admin() => new(new($"http://127.0.0.1:{replicas[RemoteFiles][0].Admin}/"), AdminSecret);

    public async Task<CozyClient> AddInstanceAsync(string label, CancellationToken ct)
    {
        using var admin = Admin();
        await admin.AddInstanceAsync(Domain(label), "passphrase", "en", quota: null, ct);
        return new(Address, Domain(label), await admin.CliTokenAsync(Domain(label), ["io.cozy.files", "io.cozy.accounts", "io.cozy.nextcloud.migrations"], ct));
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(string service, int i)
    {
        var replica = replicas[service][i];
        await replica.Process!.DisposeAsync();
        replica.Process = null;
    }

    /// <summary>Another process in the place of one that is gone; ends when it is ready.</summary>
    public async Task ReplaceAsync(string service, int i, CancellationToken ct)
    {
        var replica = replicas[service][i];
        var settings = service == RemoteFiles ? SettingsOfRemoteFiles(replica) : SettingsOfMigration(replica);
        replica.Process = await ServiceProcess.StartAsync(service, [], settings, new($"http://127.0.0.1:{replica.Http}/health/ready"), ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in replicas.Values.SelectMany(all => all).Select(replica => replica.Process).Prepend(edge).OfType<ServiceProcess>())
        {
            await process.DisposeAsync();
        }

        await broker.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private Dictionary<string, string> SettingsOfRemoteFiles(Replica replica) => new(Common(replica))
    {
        ["Listen__Admin"] = $"127.0.0.1:{replica.Admin}",
        ["Admin__Secret"] = AdminSecret,
        ["Storage__Postgres"] = database.ConnectionString(RemoteFiles),
        ["Storage__Directory"] = Path.Combine(directory, RemoteFiles),
        ["Nextcloud__AllowPrivateNetworks"] = "true",
    };

    // A short lease, so that nobody need wait half a minute for a dead worker's.
    private Dictionary<string, string> SettingsOfMigration(Replica replica) => new(Common(replica))
    {
        ["RemoteFiles__Address"] = Addresses(RemoteFiles, one => one.Grpc),
        ["Storage__Postgres"] = database.ConnectionString(Migration),
        ["Storage__Directory"] = Path.Combine(directory, Migration),
        ["Migration__Lease"] = "00:00:02",
        ["Migration__LeaseRenewal"] = "00:00:00.5",
        ["Migration__RetryDelay"] = "00:00:00.1",
        ["Migration__WaitLook"] = "00:00:00.2",
        ["Migration__LongestWaitLook"] = "00:00:00.5",
    };

    private Dictionary<string, string> Common(Replica replica) => new()
    {
        ["Listen__Http"] = $"127.0.0.1:{replica.Http}",
        ["Listen__Grpc"] = $"127.0.0.1:{replica.Grpc}",
        ["Master__Key"] = new string('k', 40),
        ["RabbitMq__Uri"] = broker.Uri,
    };

    private Dictionary<string, string> SettingsOfEdge() => new()
    {
        ["Edge__Listen"] = $"127.0.0.1:{port}",
        ["Edge__RemoteFiles"] = Addresses(RemoteFiles, one => one.Http),
        ["Edge__Migration"] = Addresses(Migration, one => one.Http),
        ["Edge__RemoteFilesGrpc"] = Addresses(RemoteFiles, one => one.Grpc),
        ["Edge__MigrationGrpc"] = Addresses(Migration, one => one.Grpc),
    };

    private string Addresses(string service, Func<Replica, int> portOf) => string.Join(';', replicas[service].Select(replica => $"http://127.0.0.1:{portOf(replica)}"));

    private sealed class Replica
    {
        public int Http { get; } = FreePort.Take();

        public int Grpc { get; } = FreePort.Take();

        public int Admin { get; } = FreePort.Take();

        public ServiceProcess? Process { get; set; }
    }
}
