using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Edge.Tests;

/// <summary>The edge on a free port, and behind it two servers that are told what to answer.</summary>
public sealed class EdgeFixture(params (string Name, string Value)[] settings) : IAsyncLifetime
{
    private readonly List<WebApplication> started = [];
    private readonly Dictionary<ScriptedWatch, WebApplication> watches = [];
    private WebApplication edge = null!;

    public Uri Address { get; private set; } = null!;

    internal BackEnd RemoteFiles { get; } = new("remote files");

    internal BackEnd Migration { get; } = new("migration");

    internal ScriptedWatch RemoteFilesWatch { get; } = new();

    internal ScriptedWatch MigrationWatch { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Edge:Listen"] = "127.0.0.1:0",
            ["Edge:RemoteFiles"] = (await StartAsync(RemoteFiles)).ToString(),
            ["Edge:Migration"] = (await StartAsync(Migration)).ToString(),
            ["Edge:RemoteFilesGrpc"] = (await StartAsync(RemoteFilesWatch)).ToString(),
            ["Edge:MigrationGrpc"] = (await StartAsync(MigrationWatch)).ToString(),
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        builder.Logging.ClearProviders();
        builder.AddEdge();
        edge = builder.Build();
        edge.MapEdge();
        await edge.StartAsync();
        started.Add(edge);
        Address = EdgeHost.AddressOf(edge);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in Enumerable.Reverse(started))
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    /// <summary>Stops one of the servers behind the edge as a power cut would.</summary>
    internal async Task StopAsync(ScriptedWatch watch)
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await watches[watch].StopAsync(now.Token);
    }

    public Task StopEdgeAsync() => edge.StopAsync();

    /// <summary>Sends these bytes as they are; the first line of the answer.</summary>
    public async Task<string?> SendRawAsync(string request, CancellationToken ct)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, Address.Port, ct);
        await tcp.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), ct);
        using var reader = new StreamReader(tcp.GetStream(), Encoding.UTF8);
        return await reader.ReadLineAsync(ct);
    }

    /// <summary>One more server, for an edge that is told of it in its settings.</summary>
    internal static async Task<WebApplication> StartServerAsync(BackEnd backEnd)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        app.Run(backEnd.AnswerAsync);
        await app.StartAsync();
        return app;
    }

    internal static async Task<WebApplication> StartServerAsync(ScriptedWatch watch)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(watch);
        var app = builder.Build();
        app.MapGrpcService<ScriptedWatch>();
        await app.StartAsync();
        return app;
    }

    internal static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    private async Task<Uri> StartAsync(ScriptedWatch watch)
    {
        watches[watch] = await StartServerAsync(watch);
        started.Add(watches[watch]);
        return AddressOf(watches[watch]);
    }

    private async Task<Uri> StartAsync(BackEnd backEnd)
    {
        var app = await StartServerAsync(backEnd);
        started.Add(app);
        return AddressOf(app);
    }
}

/// <summary>A server behind the edge: remembers the last request, and answers as it is told.</summary>
internal sealed class BackEnd(string name)
{
    public string Name => name;

    public string LastTarget { get; private set; } = "";

    public string LastHost { get; private set; } = "";

    public IReadOnlyDictionary<string, string> LastForwarded { get; private set; } = new Dictionary<string, string>();

    public RequestDelegate Handler { get; set; } = context => context.Response.WriteAsync(name);

    public Task AnswerAsync(HttpContext context)
    {
        LastTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        LastHost = context.Request.Host.Value ?? "";
        LastForwarded = context.Request.Headers.Where(header => header.Key.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)).ToDictionary(header => header.Key, header => header.Value.ToString());
        return Handler(context);
    }
}
