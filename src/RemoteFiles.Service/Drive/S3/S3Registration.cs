using Microsoft.Extensions.Options;
using Operations;

namespace RemoteFiles.Drive.S3;

internal static class S3Registration
{
    /// <summary>Keeps contents in a bucket where the settings name one, and makes the service ready only once the bucket has shown what it can.</summary>
    public static IServiceCollection AddS3(this IServiceCollection services)
    {
        services.AddSettings<S3Options>(S3Options.Section);
        services.AddSingleton<S3Readiness>().AddHostedService(provider => provider.GetRequiredService<S3Readiness>());
        services.AddHealthChecks().AddCheck<S3Readiness>("s3");
        return services;
    }

    /// <summary>Bodies on their way lie below the drive's directory meanwhile.</summary>
    public static S3Blobs? BucketOf(IServiceProvider services) => services.GetRequiredService<IOptions<S3Options>>().Value is { Bucket.Length: > 0 } options
        ? new(
            options,
            Path.Combine(services.GetRequiredService<IOptions<DriveOptions>>().Value.Directory, "incoming"),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<S3Blobs>>())
        : null;
}
