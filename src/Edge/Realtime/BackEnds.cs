namespace Edge.Realtime;

/// <summary>Which service tells of which documents.</summary>
internal sealed class BackEnds(IServiceProvider services)
{
    public const string Migrations = "io.cozy.nextcloud.migrations";

    public static string OwnerOf(string doctype) => doctype == Migrations ? Routes.Migration : Routes.RemoteFiles;

    /// <summary>The name of the replicas of a service, where they speak gRPC.</summary>
    public static string GrpcOf(string service) => service + "-grpc";

    public Watching.Realtime.RealtimeClient ClientOf(string service) => services.GetRequiredKeyedService<Watching.Realtime.RealtimeClient>(service);
}
