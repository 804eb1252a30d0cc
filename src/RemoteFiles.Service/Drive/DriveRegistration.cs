using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Operations;
using RemoteFiles.Drive.S3;

namespace RemoteFiles.Drive;

internal static class DriveRegistration
{
    /// <summary>Offers <see cref="DriveStore"/>. Needs a Database; a <see cref="DriveQuota"/> and a <see cref="DriveWatch"/> registered before take the places of "no limit" and of nobody.</summary>
    public static IServiceCollection AddDrive(this IServiceCollection services)
    {
        services.AddSettings<DriveOptions>("Drive");
        services.AddSettings<ScrubOptions>("Scrub");
        DriveMetrics.Begin();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DriveQuota>((_, _) => Task.FromResult<long?>(null));
        services.TryAddSingleton<DriveWatch>((_, _) => { });
        services.AddS3();
        services.AddSingleton(BlobsOf);
        services.AddSingleton<DriveStore>();
        return services.AddHostedService<DriveSweep>().AddHostedService<BackgroundScrub>();
    }

    private static IBlobs BlobsOf(IServiceProvider services) => S3Registration.BucketOf(services) is { } bucket
        ? bucket
        : new BlobDirectory(services.GetRequiredService<IOptions<DriveOptions>>().Value.Directory, services.GetRequiredService<TimeProvider>());
}
