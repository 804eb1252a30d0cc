using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RemoteFiles.Drive.S3;

/// <summary>
/// Tries at the start all that the drive will ask of its bucket. Until all of it works this service is not ready, and a line says why;
/// from then on it stays ready, since most of what it does needs no content.
/// </summary>
internal sealed partial class S3Readiness(IBlobs blobs, TimeProvider clock, ILogger<S3Readiness> log) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);
    private volatile string? problem = blobs is S3Blobs ? "not tried yet" : null;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(problem is { } text ? HealthCheckResult.Unhealthy(text) : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (blobs is not S3Blobs { Bucket: { } bucket })
        {
            return;
        }

        for (var rest = FirstRest; ; rest = rest * 2 < LongestRest ? rest * 2 : LongestRest)
        {
            var found = await S3SelfTest.RunAsync(bucket, stoppingToken);
            if (found is null)
            {
                problem = null;
                Works(bucket.Name);
                return;
            }

            if (found != problem)
            {
                Refused(bucket.Name, found);
            }

            problem = found;
            await Task.Delay(rest, clock, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "Contents are kept in {Bucket}, which can all that they need", EventName = "drive.s3-works")]
    private partial void Works(string bucket);

    [LoggerMessage(LogLevel.Error, "Contents cannot be kept in {Bucket}: {Problem}", EventName = "drive.s3-refused")]
    private partial void Refused(string bucket, string problem);
}
