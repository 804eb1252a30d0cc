using System.Net;
using Microsoft.Extensions.Options;
using Migration.Content;
using Migration.Documents;
using Migration.Migrations;
using Migration.Queue;
using Migration.RemoteFiles;
using Migration.Rpc;
using Migration.Tracking;
using Operations;
using Protos;
using Rpc.Balancing;
using Shared.Access;
using Shared.Documents;
using Shared.Events;
using Shared.Hosting;
using Shared.Storage;

namespace Migration;

/// <summary>The whole service: its rooms and its doors.</summary>
internal static class MigrationHost
{
    public static void AddMigration(this WebApplicationBuilder builder)
    {
        builder.AddServiceHost();
        var services = builder.Services;
        var configured = builder.Configuration.GetSection("Migration").Get<MigrationOptions>() ?? new();
        services.AddSettings<MigrationOptions>("Migration");
        services.AddSingleton<Signal>().AddSingleton<MigrationRun>();
        services.AddSingleton<MigrationOrders>().AddSingleton<SurveyOrders>().AddSingleton<CredentialOrders>().AddSingleton<RetryOrders>();
        services.AddSingleton<CleanupSignal>().AddSingleton<CleanupOrders>().AddSingleton<CleanupRun>();
        if (configured.Cleaner)
        {
            services.AddHostedService<Cleaner>();
        }

        MigrationMetrics.Begin();
        services.AddTracking();
        services.AddRemoteFiles();
        services.AddSingleton<IWatchedDocuments, MigrationEvents>();
        builder.AddRealtime("migration");
        services.AddQueue(builder.Configuration.GetSection("RabbitMq").Get<QueueOptions>() ?? new(), configured.Worker);
        if (configured.Worker)
        {
            services.AddHostedService<Worker>();
        }
    }

    public static void MapMigration(this WebApplication app)
    {
        app.UseServiceHost();
        app.MapGrpcService<MigrationDoor>();
        app.MapReports();
        app.MapRealtime();
        app.MapDocuments();
    }

    public static Uri HttpOf(WebApplication app) => app.AddressOf(ServiceHost.HttpListener);

    public static Uri GrpcOf(WebApplication app) => app.AddressOf(ServiceHost.GrpcListener);

    private static void AddTracking(this IServiceCollection services)
    {
        services.AddSettings<StorageOptions>("Storage");
        services.AddSingleton(provider => Database.Open(provider.GetRequiredService<IOptions<StorageOptions>>().Value, MigrationData.DatabaseName));
        services.AddHostedService<DiskGauges>().AddHealthChecks().AddCheck<StorageHealth>("storage");
        services.AddSingleton<IMigrations, MigrationTable>().AddSingleton<LedgerTable>().AddSingleton<ICleanups, CleanupTable>().AddSingleton<IPredictions, PredictionTable>().AddHostedService<SchemaAtStart>().AddHostedService<MigrationGauges>();
        services.AddSingleton<ILedger>(provider => provider.GetRequiredService<LedgerTable>()).AddSingleton<ILedgerReport>(provider => provider.GetRequiredService<LedgerTable>()).AddSingleton<IFailures>(provider => provider.GetRequiredService<LedgerTable>());
        services.AddSingleton<DocumentStore>().AddSingleton<IDoctypes, MigrationDoctypes>();
    }

    private static void AddRemoteFiles(this IServiceCollection services)
    {
        services.AddSettings<RemoteFilesOptions>("RemoteFiles");
        services.AddSingleton(provider => new Replicas(
            AddressIn(provider), HttpVersion.Version20, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Replicas>>()));
        services.AddGrpcClient<Transfers.TransfersClient>((provider, grpc) => grpc.Address = AddressIn(provider).First).ConfigurePrimaryHttpMessageHandler(ToReplicas);
        services.AddGrpcClient<Instances.InstancesClient>((provider, grpc) => grpc.Address = AddressIn(provider).First).ConfigurePrimaryHttpMessageHandler(ToReplicas);
        services.AddSingleton<IInstances, RemoteInstances>().AddSingleton<ServiceTokens>().AddSingleton<IRemoteFiles, GrpcRemoteFiles>().AddSingleton<ISourceStandings, SourceStandings>();
        services.AddHostedService<RemovedInstances>();
    }

    private static void AddQueue(this IServiceCollection services, QueueOptions configured, bool worker)
    {
        services.AddSettings<QueueOptions>("RabbitMq");
        if (!configured.IsEnabled)
        {
            services.AddSingleton<ICommands, LocalCommands>();
            return;
        }

        services.AddSingleton<Broker>().AddSingleton<ICommands, CommandPublisher>();
        if (worker)
        {
            QueueMetrics.Begin();
            services.AddSingleton<QueueHealth>().AddSingleton<CommandHandler>().AddSingleton<DeadLetters>().AddHostedService<CommandConsumer>();
            services.AddHealthChecks().AddCheck<QueueHealth>("rabbitmq");
        }
    }

    private static ServiceAddress AddressIn(IServiceProvider provider) => provider.GetRequiredService<IOptions<RemoteFilesOptions>>().Value.Address!;

    private static ReplicaHandler ToReplicas(IServiceProvider provider) => ReplicaHandler.ForGrpc(provider.GetRequiredService<Replicas>());
}
