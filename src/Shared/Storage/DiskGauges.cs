using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Shared.Storage;

/// <summary>The disk below <c>Storage:Directory</c>: a full one is the most common reason of a bad night.</summary>
internal sealed class DiskGauges : IHostedService
{
    private readonly string directory;

    public DiskGauges(IOptions<StorageOptions> options, IMeterFactory meters)
    {
        directory = Path.GetFullPath(options.Value.Directory);
        var meter = meters.Create(CommitQueue.MeterName);
        meter.CreateObservableGauge("storage.disk.free", () => new DriveInfo(directory).AvailableFreeSpace, "By", "Bytes that are free where the data lies.");
        meter.CreateObservableGauge("storage.disk.size", () => new DriveInfo(directory).TotalSize, "By", "Bytes of the disk or volume where the data lies.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
