using Bridge;
using Bridge.Demo;

namespace SystemTests;

/// <summary><c>bridge serve</c> in a process of its own, that can be killed and started again over the same data and ports.</summary>
internal sealed class BridgeProcess : IAsyncDisposable
{
    private static readonly string[] Scopes = ["io.cozy.files", "io.cozy.accounts", "io.cozy.nextcloud.migrations"];
    private readonly int adminPort = FreePort.Take();
    private readonly string[] more;

    private BridgeProcess(string[] more) => this.more = more;

    /// <summary>False: only requests are taken; a worker outside does the migrations.</summary>
    public bool HasWorker { get; private init; } = true;

    /// <summary>More of the environment, from the next start on.</summary>
    public Dictionary<string, string> Environment { get; private init; } = [];

    public string Data { get; } = Directory.CreateTempSubdirectory("bridge-system-").FullName;

    public int Port { get; } = FreePort.Take();

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public ServiceProcess Process { get; private set; } = null!;

    public static async Task<BridgeProcess> StartAsync(CancellationToken ct, params string[] more)
    {
        var bridge = new BridgeProcess(more);
        await bridge.StartAgainAsync(ct);
        return bridge;
    }

    public static async Task<BridgeProcess> StartAsync(Dictionary<string, string> environment, CancellationToken ct)
    {
        var bridge = new BridgeProcess([]) { Environment = environment };
        await bridge.StartAgainAsync(ct);
        return bridge;
    }

    public static async Task<BridgeProcess> StartWithoutWorkerAsync(CancellationToken ct, params string[] more)
    {
        var bridge = new BridgeProcess(more) { HasWorker = false };
        await bridge.StartAgainAsync(ct);
        return bridge;
    }

    public async Task StartAgainAsync(CancellationToken ct)
    {
        string[] arguments = ["serve", "--data", Data, "--port", $"{Port}", "--admin-port", $"{adminPort}", "--allow-private-networks", .. more];

        // A short lease, so that a test need not wait half a minute for a dead worker's.
        var settings = new Dictionary<string, string>
        {
            ["Migration__Lease"] = "00:00:02",
            ["Migration__LeaseRenewal"] = "00:00:00.5",
            ["Migration__Worker"] = $"{HasWorker}",
        };
        foreach (var (name, value) in Environment)
        {
            settings[name] = value;
        }

        Process = await ServiceProcess.StartAsync("Bridge", arguments, settings, new(Address, "/health/ready"), ct);
    }

    public Uri AdminAddress => new($"http://127.0.0.1:{adminPort}/");

    public string AdminSecret => File.ReadAllText(AdminSecretFile.PathIn(Data)).Trim();

    public AdminClient Admin() => new(AdminAddress, AdminSecret);

    /// <summary>A client of a new instance, by its first label.</summary>
    public async Task<CozyClient> AddInstanceAsync(string label, CancellationToken ct)
    {
        using var admin = Admin();
        await admin.AddInstanceAsync(Domain(label), "passphrase", "en", quota: null, ct);
        return await ClientAsync(label, ct);
    }

    public async Task<CozyClient> ClientAsync(string label, CancellationToken ct)
    {
        using var admin = Admin();
        return new(Address, Domain(label), await admin.CliTokenAsync(Domain(label), Scopes, ct));
    }

    public string Domain(string label) => $"{label}.localhost:{Port}";

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Directory.Delete(Data, recursive: true);
    }
}
