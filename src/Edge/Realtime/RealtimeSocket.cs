using System.Net.WebSockets;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;
using Operations;
using Rpc.Balancing;

namespace Edge.Realtime;

/// <summary>GET /realtime/: the websocket of the Cozy's clients (cozy-api section 11).</summary>
internal static partial class RealtimeSocket
{
    private const string Path = "/realtime";
    private const string Protocol = "io.cozy.websocket";

    // A document of /data, and what is around it.
    private const int MostBytesOfEvent = 32 << 20;

    public static void AddRealtime(this IServiceCollection services)
    {
        services.AddSettings<RealtimeOptions>("Realtime");
        services.AddSingleton<BackEnds>();
        services.AddClient(Routes.RemoteFiles, edge => edge.RemoteFilesGrpc!);
        services.AddClient(Routes.Migration, edge => edge.MigrationGrpc!);
    }

    public static void MapRealtime(this WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments(Path), branch => branch.UseWebSockets());
        app.MapGet(Path, RunAsync);
    }

    private static void AddClient(this IServiceCollection services, string service, Func<EdgeOptions, ServiceAddress> address)
    {
        services.AddKeyedSingleton(service, (provider, _) => GrpcChannel.ForAddress(
            address(provider.GetRequiredService<IOptions<EdgeOptions>>().Value).First,
            new()
            {
                HttpHandler = ReplicaHandler.ForGrpc(provider.GetRequiredKeyedService<Replicas>(BackEnds.GrpcOf(service))),
                DisposeHttpClient = true,
                MaxReceiveMessageSize = MostBytesOfEvent,
            }));
        services.AddKeyedSingleton(service, (provider, _) =>
            new Watching.Realtime.RealtimeClient(provider.GetRequiredKeyedService<GrpcChannel>(service)));
    }

    private static async Task RunAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
            return;
        }

        var options = context.RequestServices.GetRequiredService<IOptions<RealtimeOptions>>().Value;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol) ? Protocol : null,
            KeepAliveInterval = options.PingInterval,
            KeepAliveTimeout = options.PongTimeout,
        });
        using var client = new ClientSocket(socket, options);
        using var session = new Session(
            client,
            context.Request.Host.Value ?? "",
            context.RequestServices.GetRequiredService<BackEnds>(),
            options,
            context.RequestServices.GetRequiredService<TimeProvider>());
        try
        {
            await session.RunAsync(context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping, context.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone, or does not read: nobody is left to tell.
            socket.Abort();
        }
    }
}
