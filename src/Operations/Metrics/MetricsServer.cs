using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Operations.Metrics;

/// <summary>
/// GET /metrics at an address of its own: no instance, no token, no route of the service is there, and a scrape is neither a span nor
/// a request that is counted.
/// </summary>
internal sealed partial class MetricsServer(IOptions<MetricsOptions> options, IServiceProvider services, ILoggerFactory logs, ILogger<MetricsServer> log)
    : IHostedService, IHttpApplication<HttpContext>, IDisposable
{
    private KestrelServer? server;
    private MetricsText? metrics;

    /// <summary>Where it listens; null where it does not.</summary>
    public Uri? Address => server?.Features.Get<IServerAddressesFeature>() is { Addresses: { Count: > 0 } addresses } ? new(addresses.First()) : null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Metrics.Length == 0)
        {
            return;
        }

        metrics = new();
        var kestrel = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        kestrel.Listen(ListenAddress.Of("Listen:Metrics", options.Value.Metrics), listen => listen.Protocols = HttpProtocols.Http1);
        server = new(Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), logs), logs);
        await server.StartAsync(this, cancellationToken);
        Listening(Address!);
    }

    public Task StopAsync(CancellationToken cancellationToken) => server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose()
    {
        server?.Dispose();
        metrics?.Dispose();
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Path != "/metrics")
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET";
            return Task.CompletedTask;
        }

        response.ContentType = MetricsText.MediaType;
        return response.WriteAsync(metrics!.Write(), context.RequestAborted);
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing is kept of it.
    }

    [LoggerMessage(LogLevel.Information, "Metrics are at {Address}metrics", EventName = "metrics.listening")]
    private partial void Listening(Uri address);
}
