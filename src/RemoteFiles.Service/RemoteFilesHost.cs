using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Operations;
using RemoteFiles.Access;
using RemoteFiles.Accounts;
using RemoteFiles.Admin;
using RemoteFiles.Connect;
using RemoteFiles.Content;
using RemoteFiles.Dav;
using RemoteFiles.Documents;
using RemoteFiles.Drive;
using RemoteFiles.Files;
using RemoteFiles.Http;
using RemoteFiles.Instances;
using RemoteFiles.Login;
using RemoteFiles.Nextcloud;
using RemoteFiles.Ocs;
using RemoteFiles.Realtime;
using RemoteFiles.Rpc;
using Shared.Access;
using Shared.Documents;
using Shared.Events;
using Shared.Hosting;
using Shared.Storage;

namespace RemoteFiles;

/// <summary>The whole service: its stores, its rooms, its doors.</summary>
internal static class RemoteFilesHost
{
    public static void AddRemoteFiles(this WebApplicationBuilder builder)
    {
        builder.AddServiceHost();
        var services = builder.Services;
        services.AddSettings<StorageOptions>("Storage");
        services.AddSettings<UploadOptions>("Upload");
        services.AddSettings<TransferOptions>("Transfers");
        services.AddOptions<AdminOptions>().BindConfiguration("Admin");
        services.AddOptions<SettingsOptions>().BindConfiguration("Settings");
        services.AddSingleton(provider => Database.Open(provider.GetRequiredService<IOptions<StorageOptions>>().Value, DriveData.DatabaseName));
        services.AddHostedService<DiskGauges>().AddHealthChecks().AddCheck<StorageHealth>("storage");

        var storage = builder.Configuration.GetSection("Storage").Get<StorageOptions>() ?? new();
        services.AddDataProtection().SetApplicationName("bridge").PersistKeysToFileSystem(new(storage.FileOf("keys")));
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, KeyRingEncryption>();

        services.AddSingleton<InstanceProfiles>().AddSingleton<InstanceRegistry>().AddSingleton<IInstances>(provider => provider.GetRequiredService<InstanceRegistry>());
        services.AddSingleton<DocumentStore>().AddSingleton<Credentials>().AddSingleton<AccountStore>().AddSingleton<IDoctypes, Doctypes>();
        services.AddSingleton<DataFingerprint>().AddSingleton<DownloadLinks>().AddSingleton<AppPasswords>().AddSingleton<AppLogin>();
        AccessMetrics.Begin();
        services.AddSingleton<LoginThrottle>().AddSingleton<LoginFlows>().AddSingleton<LoginSessions>().AddSingleton<EndedSessions>().AddSingleton<PendingLogins>();
        services.AddSingleton<DriveQuota>(provider => provider.GetRequiredService<InstanceRegistry>().QuotaAsync);
        services.Configure<DriveOptions>(drive => drive.Directory = storage.FileOf("blobs"));
        services.AddSingleton<DriveEvents>().AddSingleton<DriveWatch>(WatchOf);
        services.AddSingleton<ContentDiscard>(provider => provider.GetRequiredService<DriveStore>().DiscardAsync);
        services.AddDrive();
        services.AddNextcloud();
        services.AddSingleton<IFileTrees, FileTrees>();
        services.AddSingleton<IWatchedDocuments, WatchedDocuments>();
        builder.AddRealtime("remote-files");
        services.AddHostedService<SchemaAtStart>().AddHostedService<KeyRingAtStart>();
        services.AddSingleton<InstanceRemoval>().AddHostedService(provider => provider.GetRequiredService<InstanceRemoval>());
    }

    public static void MapRemoteFiles(this WebApplication app)
    {
        app.UseServiceHost();
        app.MapGrpcService<RemoteFilesService>();
        app.MapGrpcService<DriveService>();
        app.MapGrpcService<TransfersService>();
        app.MapGrpcService<InstancesService>();
        app.MapGrpcService<SettingsService>();
        app.MapRemoteContent();
        app.MapDriveContent();
        app.MapAvatar();
        app.MapDocuments();
        app.MapRealtime();
        app.MapOcs();
        app.MapLogin();
        app.MapSession();
        app.MapConnectedApps();
        app.MapConnect();
        app.MapDav();
        app.MapAdmin();
    }

    public static Uri HttpOf(WebApplication app) => app.AddressOf(ServiceHost.HttpListener);

    public static Uri GrpcOf(WebApplication app) => app.AddressOf(ServiceHost.GrpcListener);

    public static Uri AdminOf(WebApplication app) => app.AddressOf(ServiceHost.AdminListener);

    private static DriveWatch WatchOf(IServiceProvider provider)
    {
        var events = provider.GetRequiredService<DriveEvents>();
        return (instance, changes) =>
        {
            foreach (var change in changes)
            {
                events.Announce(instance, NameOf(change.Kind), change.Entry);
            }
        };
    }

    private static string NameOf(DriveEventKind kind) => kind switch
    {
        DriveEventKind.Created => EventNames.Created,
        DriveEventKind.Updated => EventNames.Updated,
        DriveEventKind.Deleted => EventNames.Deleted,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
