using System.Diagnostics.Metrics;
using System.Text;
using RemoteFiles.Files;
using Shared.Faults;
using Shared.Storage;
using Tests;

namespace RemoteFiles.Tests.Drive;

/// <summary>Commits that many writes share, as the metrics of the whole process count them.</summary>
[Collection(AloneCollection.Name)]
public sealed class SharedCommitTests : DriveTests
{
    /// <summary>Requests come on threads of their own; the files of a copy one after the other, faster than they are written.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Concurrent_writes_share_commits_and_fail_alone(bool isCopy)
    {
        await Drive.MakeFolderAsync(At("/folder"), Ct);
        var before = (await Drive.StatAsync(FilePath.Root, Ct))!;
        long commits = 0, writes = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == CommitQueue.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, count, _, _) => Interlocked.Add(ref instrument.Name == "storage.commits" ? ref commits : ref writes, count));
        listener.Start();

        // Every tenth has a name that another one takes.
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => isCopy ? WriteAsync(i) : Task.Run(() => WriteAsync(i))));

        Assert.Equal(20, results.Count(name => name.Length == 0));
        Assert.Equal(180, (await NamesAsync("/folder")).Length);
        Assert.True(writes >= 180, $"{writes} writes");
        Assert.True(commits < writes / 2, $"{commits} commits for {writes} writes");
        var after = (await Drive.StatAsync(FilePath.Root, Ct))!;
        Assert.Equal(before.Size + (180 * 3), after.Size);
        Assert.NotEqual(before.ETag, after.ETag);

        async Task<string> WriteAsync(int i)
        {
            var bytes = Encoding.UTF8.GetBytes($"{i:D3}");
            try
            {
                var upload = new Upload { Body = new MemoryStream(bytes), Length = bytes.Length, IsCopy = isCopy };
                return (await Drive.WriteAsync(At($"/folder/{(i % 10 == 9 ? i - 1 : i)}"), upload, Ct)).Path.Name;
            }
            catch (FaultException e) when (e.Fault == Fault.AlreadyExists)
            {
                return "";
            }
        }
    }
}
