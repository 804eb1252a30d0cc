using Rpc.Balancing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Edge;

/// <summary>Which service owns which URL.</summary>
internal static class Routes
{
    public const string RemoteFiles = "remote-files";
    public const string Migration = "migration";

    public static IReadOnlyList<RouteConfig> All { get; } =
    [
        To(Migration, "/remote/nextcloud/migration"),
        To(Migration, "/remote/nextcloud/migration/{**rest}"),
        To(Migration, "/data/io.cozy.nextcloud.migrations/{**rest}"),
        To(Migration, "/realtime/io.cozy.nextcloud.migrations/{**rest}"),
        To(RemoteFiles, "{**rest}"),
    ];

    public static IReadOnlyList<ClusterConfig> Clusters(EdgeOptions options) =>
        [Cluster(RemoteFiles, options.RemoteFiles), Cluster(Migration, options.Migration)];

    private static RouteConfig To(string service, string path) => new() { RouteId = path, ClusterId = service, Match = new() { Path = path } };

    private static ClusterConfig Cluster(string service, ServiceAddress? address) => new()
    {
        ClusterId = service,

        // One for all of its replicas: ReplicaClients sends each request to one of them.
        Destinations = new Dictionary<string, DestinationConfig> { [service] = new() { Address = address?.First.ToString() ?? "" } },
        HttpRequest = new ForwarderRequestConfig
        {
            Version = new(1, 1),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,

            // A transfer from a slow Nextcloud answers when it is done; the service behind watches for silence itself.
            ActivityTimeout = TimeSpan.FromHours(24),
            AllowResponseBuffering = false,
        },
    };
}
