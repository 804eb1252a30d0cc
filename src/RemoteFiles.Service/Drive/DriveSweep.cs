using Microsoft.Extensions.Options;

namespace RemoteFiles.Drive;

/// <summary>Sweeps the drive: at the start, and every few hours.</summary>
internal sealed partial class DriveSweep(DriveStore drives, IOptions<DriveOptions> options, TimeProvider clock, ILogger<DriveSweep> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(drives.DiscardLaterAsync(stoppingToken), SweepAsync(stoppingToken));

    private async Task SweepAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, clock);
        do
        {
            try
            {
                await drives.SweepAsync(options.Value.SweepAge, ct);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Failed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    [LoggerMessage(LogLevel.Error, "The drive could not be swept", EventName = "drive.sweep-failed")]
    private partial void Failed(Exception e);
}
