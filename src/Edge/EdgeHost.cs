using System.Net;
using Edge.Realtime;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Operations;
using Rpc.Server;

namespace Edge;

/// <summary>The one public address: sends each request to the service that owns its URL, and changes nothing in it.</summary>
internal static class EdgeHost
{
    public static void AddEdge(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<EdgeOptions>("Edge");
        var options = builder.Configuration.GetSection("Edge").Get<EdgeOptions>() ?? new();
        var realtime = builder.Configuration.GetSection("Realtime").Get<RealtimeOptions>() ?? new();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(ListenAddress.Of("Edge:Listen", options.Listen), listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (options.Tls.IsOn)
                {
                    listen.UseHttps(kestrel.ApplicationServices.GetRequiredService<ServerCertificate>().Handshake);
                }
            });

            // Files of any size at any pace pass through.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = 32 * 1024;
            kestrel.Limits.MaxConcurrentUpgradedConnections = realtime.MostSockets;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);

        // One line a request is the services' business; a dead back end is reported by readiness.
        builder.Logging.AddFilter("Yarp", LogLevel.Error);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSocketBlocks();
        builder.Services.AddSingleton<ServerCertificate>().AddHostedService(provider => provider.GetRequiredService<ServerCertificate>());
        builder.Services.AddForwarding(options);
        builder.Services.AddBackEnds();
        builder.Services.AddRealtime();
        builder.AddProbes();
        builder.Services.AddHealthChecks().AddCheck<BackEndHealth>("back ends");
        builder.Services.AddReverseProxy().LoadFromMemory(Routes.All, Routes.Clusters(options)).AddTransforms(Unchanged.Apply);

        // YARP brings them, and every request would pass by them: who may do what is for the services to say.
        builder.Services.RemoveAll<IAuthorizationHandlerProvider>();
    }

    public static void MapEdge(this WebApplication app)
    {
        app.UseOperations();
        app.Use(PromptHead.InvokeAsync);
        app.UseForwardedHeaders();
        app.UseAnswerHeaders(app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value);
        app.MapProbes();
        app.MapRealtime();
        app.MapOpenApi();
        app.MapPage();
        app.MapReverseProxy(proxy => proxy.UseMiddleware<DeadBackEnd>());
    }

    /// <summary>Where it listens, once started.</summary>
    public static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
}
