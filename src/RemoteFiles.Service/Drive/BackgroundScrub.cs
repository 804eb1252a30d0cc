using Microsoft.Extensions.Options;
using RemoteFiles.Drive.Upkeep;

namespace RemoteFiles.Drive;

/// <summary>Reads what is stored again, slowly, so that damage is found before somebody needs the file and while backups still have it.</summary>
internal sealed partial class BackgroundScrub(
    DriveStore drives, IOptions<ScrubOptions> options, TimeProvider clock, ILogger<BackgroundScrub> log) : BackgroundService
{
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.BytesPerSecond == 0)
        {
            return;
        }

        var round = new ScrubRound(drives.Database, drives.Blobs, options.Value, drives.Contents.Damaged, clock);
        using var timer = new PeriodicTimer(Rest, clock);
        do
        {
            try
            {
                if (await round.RunAsync(stoppingToken))
                {
                    Scrubbed();
                }
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Failed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Information, "Every content was read again", EventName = "drive.scrubbed")]
    private partial void Scrubbed();

    [LoggerMessage(LogLevel.Warning, "Contents are not read again for now", EventName = "drive.scrub-failed")]
    private partial void Failed(Exception e);
}
