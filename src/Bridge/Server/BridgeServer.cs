using System.Globalization;
using System.Security.Cryptography;
using Edge;
using Microsoft.AspNetCore.Hosting.Server;
using Migration;
using Operations;
using RemoteFiles;
using Yarp.ReverseProxy.Forwarder;

namespace Bridge;

/// <summary>The three services in one process, each on its own loopback ports, as they would run on three machines; what the edge sends on goes by no socket.</summary>
internal sealed class BridgeServer : IAsyncDisposable
{
    private readonly List<WebApplication> started = [];
    private readonly Indoors indoors = new();
    private LogLevel logLevel;

    private BridgeServer(string adminSecret) => AdminSecret = adminSecret;

    public Uri Public { get; private set; } = null!;

    public Uri Admin { get; private set; } = null!;

    public string AdminSecret { get; }

    public static async Task<BridgeServer> StartAsync(ServeOptions options, CancellationToken ct)
    {
        new DataDirectory(options.Data).Create();
        var server = new BridgeServer(AdminSecretFile.ReadOrMake(options.Data));
        try
        {
            await server.StartAllAsync(options, ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until one of them stops by itself, or the caller's token ends.</summary>
    public async Task WaitAsync(CancellationToken ct)
    {
        var stops = started.Select(app => app.WaitForShutdownAsync(ct));
        await Task.WhenAny(stops);
    }

    /// <summary>The edge first, so that nothing new arrives; then each service finishes what it has.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = started.Count - 1; i >= 0; i--)
        {
            await started[i].StopAsync();
            await started[i].DisposeAsync();
        }
    }

    private async Task StartAllAsync(ServeOptions options, CancellationToken ct)
    {
        logLevel = options.LogLevel;
        var data = new DataDirectory(options.Data);
        var remoteFiles = await StartAsync(
            builder => builder.AddRemoteFiles(),
            app => app.MapRemoteFiles(),
            new()
            {
                ["Master:KeyFile"] = data.MasterKey,
                ["Listen:Admin"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{options.AdminPort}"),
                ["Admin:Secret"] = AdminSecret,
                ["Storage:Directory"] = data.RemoteFiles,
                ["Nextcloud:AllowPrivateNetworks"] = options.AllowPrivateNetworks.ToString(),
            },
            ct);
        var migration = await StartAsync(
            builder => builder.AddMigration(),
            app => app.MapMigration(),
            new()
            {
                ["Master:KeyFile"] = data.MasterKey,
                ["Storage:Directory"] = data.Migration,
                ["RemoteFiles:Address"] = RemoteFilesHost.GrpcOf(remoteFiles).ToString(),
                ["RabbitMq:Uri"] = options.RabbitMq,
            },
            ct,
            options.HasWorker ? [] : [new("Migration:Worker", "false"), new("Migration:Cleaner", "false")]);
        indoors.Add(RemoteFilesHost.HttpOf(remoteFiles), ServerOf(remoteFiles));
        indoors.Add(MigrationHost.HttpOf(migration), ServerOf(migration));
        var edge = await StartAsync(
            builder =>
            {
                builder.AddOperations("bridge");
                builder.AddEdge();
                builder.Services.AddSingleton<IHttpForwarder>(indoors);
            },
            app => app.MapEdge(),
            new()
            {
                ["Edge:Listen"] = new System.Net.IPEndPoint(options.Listen, options.Port).ToString(),
                ["Edge:RemoteFiles"] = RemoteFilesHost.HttpOf(remoteFiles).ToString(),
                ["Edge:Migration"] = MigrationHost.HttpOf(migration).ToString(),
                ["Edge:RemoteFilesGrpc"] = RemoteFilesHost.GrpcOf(remoteFiles).ToString(),
                ["Edge:MigrationGrpc"] = MigrationHost.GrpcOf(migration).ToString(),
            },
            ct,
            [.. options.TrustedProxies.Select((proxy, i) => KeyValuePair.Create($"Edge:TrustedProxies:{i}", (string?)proxy))]);
        Admin = RemoteFilesHost.AdminOf(remoteFiles);
        Public = EdgeHost.AddressOf(edge);
    }

    private async Task<WebApplication> StartAsync(
        Action<WebApplicationBuilder> add, Action<WebApplication> map, Dictionary<string, string?> settings, CancellationToken ct, params KeyValuePair<string, string?>[] more)
    {
        // A watcher of files would be told of every write to the data, where they lie below the current directory.
        Environment.SetEnvironmentVariable("DOTNET_USE_POLLING_FILE_WATCHER", "1");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([.. settings, .. more]);
        builder.AddSecretsAndLogs();
        builder.Logging.SetMinimumLevel(logLevel);
        var server = builder.Services.Last(service => service.ServiceType == typeof(IServer));
        builder.Services.AddSingleton<IServer>(services => new OpenServer((IServer)ActivatorUtilities.CreateInstance(services, server.ImplementationType!)));
        try
        {
            add(builder);
            var app = builder.Build();
            started.Add(app);
            map(app);
            await app.StartAsync(ct);
            return app;
        }
        catch (Exception e) when (StartFailure.LineOf(e, builder.Configuration) is { } line)
        {
            throw new CommandException(ServeOptions.NameIn(line));
        }
    }

    private static OpenServer ServerOf(WebApplication app) => (OpenServer)app.Services.GetRequiredService<IServer>();
}

/// <summary>The secret of the operator's port: a file that only its owner can read, made at the first start.</summary>
internal static class AdminSecretFile
{
    public static string PathIn(string data) => Path.Combine(data, "admin.secret");

    public static string ReadOrMake(string data)
    {
        var file = PathIn(data);
        if (!File.Exists(file))
        {
            using var made = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            using var writer = new StreamWriter(made);
            writer.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        }

        return File.ReadAllText(file).Trim();
    }
}
