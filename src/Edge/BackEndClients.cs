using System.Net;
using Microsoft.Extensions.Options;
using Rpc.Balancing;
using Yarp.ReverseProxy.Forwarder;

namespace Edge;

/// <summary>The ways to the replicas of each service: what YARP sends on, and what the edge asks itself, by a client of the service's name.</summary>
internal static class BackEndClients
{
    public static void AddBackEnds(this IServiceCollection services)
    {
        services.AddBackEnd(Routes.RemoteFiles, HttpVersion.Version11, options => options.RemoteFiles!);
        services.AddBackEnd(Routes.Migration, HttpVersion.Version11, options => options.Migration!);
        services.AddBackEnd(Realtime.BackEnds.GrpcOf(Routes.RemoteFiles), HttpVersion.Version20, options => options.RemoteFilesGrpc!);
        services.AddBackEnd(Realtime.BackEnds.GrpcOf(Routes.Migration), HttpVersion.Version20, options => options.MigrationGrpc!);
        services.AddSingleton<IForwarderHttpClientFactory, BalancedForwarding>();
    }

    private static void AddBackEnd(this IServiceCollection services, string name, Version version, Func<EdgeOptions, ServiceAddress> address)
    {
        services.AddKeyedSingleton(name, (provider, _) => new Replicas(
            address(provider.GetRequiredService<IOptions<EdgeOptions>>().Value),
            version,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Replicas>>()));
        services.AddHttpClient(name)
            .ConfigureHttpClient((provider, http) => http.BaseAddress = address(provider.GetRequiredService<IOptions<EdgeOptions>>().Value).First)
            .ConfigurePrimaryHttpMessageHandler(provider => new ReplicaHandler(
                provider.GetRequiredKeyedService<Replicas>(name), new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) }))
            .RemoveAllLoggers();
    }

    /// <summary>Gives each request of a cluster to one of its replicas.</summary>
    private sealed class BalancedForwarding(IServiceProvider services, ILogger<ForwarderHttpClientFactory> log) : ForwarderHttpClientFactory(log)
    {
        protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
            new ReplicaHandler(services.GetRequiredKeyedService<Replicas>(context.ClusterId), base.WrapHandler(context, handler));
    }
}
