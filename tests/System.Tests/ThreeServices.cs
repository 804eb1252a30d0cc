using Bridge;
using Bridge.Demo;

namespace SystemTests;

/// <summary>RemoteFiles, Migration and Edge, each a process of its own, as containers would be.</summary>
internal sealed class ThreeServices : IAsyncDisposable
{
    private const string AdminSecret = "operator-of-the-tests";
    private readonly string data = Directory.CreateTempSubdirectory("bridge-services-").FullName;
    private readonly Dictionary<string, ServiceProcess> processes = [];
    private readonly int port = FreePort.Take();
    private readonly int adminPort = FreePort.Take();

    public Uri Address => new($"http://127.0.0.1:{port}/");

    public IReadOnlyDictionary<string, ServiceProcess> Processes => processes;

    /// <summary>More of the environment of each, or of the one whose name stands before it: <c>Edge/Edge__Listen</c>.</summary>
    private IReadOnlyDictionary<string, string> More { get; set; } = new Dictionary<string, string>();

    public static Task<ThreeServices> StartAsync(CancellationToken ct) => StartAsync(new Dictionary<string, string>(), ct);

    public static async Task<ThreeServices> StartAsync(IReadOnlyDictionary<string, string> more, CancellationToken ct)
    {
        var services = new ThreeServices { More = more };
        await services.StartAllAsync(ct);
        return services;
    }

    /// <summary>On the same ports, with other settings.</summary>
    public async Task StartAgainAsync(IReadOnlyDictionary<string, string> more, CancellationToken ct)
    {
        More = more;
        await StartAllAsync(ct);
    }

    public async Task StopAsync()
    {
        foreach (var process in processes.Values)
        {
            await process.DisposeAsync();
        }

        processes.Clear();
    }

    public async Task<CozyClient> AddInstanceAsync(string label, CancellationToken ct)
    {
        using var admin = new AdminClient(new($"http://127.0.0.1:{adminPort}/"), AdminSecret);
        await admin.AddInstanceAsync($"{label}.localhost:{port}", "passphrase", "en", quota: null, ct);
        return await ClientAsync(label, ct);
    }

    public async Task<CozyClient> ClientAsync(string label, CancellationToken ct)
    {
        var domain = $"{label}.localhost:{port}";
        using var admin = new AdminClient(new($"http://127.0.0.1:{adminPort}/"), AdminSecret);
        return new(new($"http://127.0.0.1:{port}/"), domain, await admin.CliTokenAsync(domain, ["io.cozy.files", "io.cozy.nextcloud.migrations"], ct));
    }

    /// <summary>A request of an instance, with a token of its own.</summary>
    public async Task<HttpRequestMessage> RequestAsync(string label, HttpMethod method, string path, CancellationToken ct)
    {
        var domain = $"{label}.localhost:{port}";
        using var admin = new AdminClient(new($"http://127.0.0.1:{adminPort}/"), AdminSecret);
        var request = new HttpRequestMessage(method, new Uri(Address, path)) { Headers = { Host = domain } };
        request.Headers.Authorization = new("Bearer", await admin.CliTokenAsync(domain, ["io.cozy.files", "io.cozy.nextcloud.migrations"], ct));
        return request;
    }

    public async Task<string> AddAccountAsync(string label, string url, string user, string password, CancellationToken ct)
    {
        using var admin = new AdminClient(new($"http://127.0.0.1:{adminPort}/"), AdminSecret);
        return await admin.AddAccountAsync($"{label}.localhost:{port}", url, user, password, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(data, recursive: true);
    }

    private async Task StartAllAsync(CancellationToken ct)
    {
        var (remoteFiles, remoteFilesGrpc) = (FreePort.Take(), FreePort.Take());
        var (migration, migrationGrpc) = (FreePort.Take(), FreePort.Take());
        var key = new string('k', 40);
        await StartAsync("RemoteFiles.Service", remoteFiles, new()
        {
            ["Listen__Http"] = $"127.0.0.1:{remoteFiles}",
            ["Listen__Grpc"] = $"127.0.0.1:{remoteFilesGrpc}",
            ["Listen__Admin"] = $"127.0.0.1:{adminPort}",
            ["Admin__Secret"] = AdminSecret,
            ["Master__Key"] = key,
            ["Storage__Directory"] = Path.Combine(data, "remote-files"),
            ["Nextcloud__AllowPrivateNetworks"] = "true",
        }, ct);
        await StartAsync("Migration.Service", migration, new()
        {
            ["Listen__Http"] = $"127.0.0.1:{migration}",
            ["Listen__Grpc"] = $"127.0.0.1:{migrationGrpc}",
            ["RemoteFiles__Address"] = $"http://127.0.0.1:{remoteFilesGrpc}",
            ["Master__Key"] = key,
            ["Storage__Directory"] = Path.Combine(data, "migration"),
        }, ct);
        await StartAsync("Edge", port, new()
        {
            ["Edge__Listen"] = $"127.0.0.1:{port}",
            ["Edge__RemoteFiles"] = $"http://127.0.0.1:{remoteFiles}",
            ["Edge__Migration"] = $"http://127.0.0.1:{migration}",
            ["Edge__RemoteFilesGrpc"] = $"http://127.0.0.1:{remoteFilesGrpc}",
            ["Edge__MigrationGrpc"] = $"http://127.0.0.1:{migrationGrpc}",
        }, ct);
    }

    private async Task StartAsync(string project, int readyPort, Dictionary<string, string> settings, CancellationToken ct)
    {
        foreach (var (name, value) in More)
        {
            if (name.Split('/') is not [var owner, _] || owner == project)
            {
                settings[name.Split('/')[^1]] = value;
            }
        }

        processes[project] = await ServiceProcess.StartAsync(project, [], settings, new($"http://127.0.0.1:{readyPort}/health/ready"), ct);
    }
}
