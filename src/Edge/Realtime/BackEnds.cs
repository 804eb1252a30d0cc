namespace Edge.Realtime;

/// <summary>Which service tells of which documents.</summary>
internal sealed class BackEnds(IServiceProvider services)
{
    public const string RemoteFiles = "remote-files";
    public const string Migration = "migration";

    public const string Migrations = "io.cozy.nextcloud.migrations";

    public static string OwnerOf(string doctype) => doctype == Migrations ? Migration : RemoteFiles;

    public Watching.Realtime.RealtimeClient ClientOf(string service) => services.GetRequiredKeyedService<Watching.Realtime.RealtimeClient>(service);
}
