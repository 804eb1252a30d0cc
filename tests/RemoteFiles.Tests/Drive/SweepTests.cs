using RemoteFiles.Files;
using RemoteFiles.Tests.Files;

namespace RemoteFiles.Tests.Drive;

/// <summary>Contents that nothing names go with time, whoever sweeps and whatever comes in meanwhile; all others stay.</summary>
public class SweepTests : DriveTests
{
    private const int Large = 20_000;

    [Fact]
    public async Task Sweeps_at_once_remove_what_nothing_names_and_nothing_else()
    {
        foreach (var path in new[] { "/file", "/trashed", "/former" })
        {
            await PutAsync(path, path.PadRight(Large));
        }

        await PutAsync("/former", "now".PadRight(Large), overwrite: true);
        await Drive.DeleteAsync(At("/trashed"), null, Ct);
        foreach (var transfer in new[] { "joined", "open" })
        {
            await Drive.BeginUploadAsync(transfer, null, Ct);
            await Drive.WritePartAsync(transfer, "1", Of(1), Ct);
            await Drive.WritePartAsync(transfer, "2", Of(2), Ct);
        }

        await Drive.JoinAsync("joined", At("/joined"), new(null, Overwrite: false, null, null, null, null), Ct);
        var named = await Test.BlobsAsync();
        Assert.Equal(8, named.Length);
        for (var i = 0; i < 20; i++)
        {
            await Test.Store.Blobs.WriteAsync(Of(i), room: null, Ct);
        }

        Test.Clock.Shift += TimeSpan.FromMinutes(1);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Test.Store.SweepAsync(TimeSpan.Zero, Ct), Ct)));

        Assert.Equal(named.Order(), (await Test.BlobsAsync()).Order());
        Assert.Equal("/trashed".PadRight(Large), await TextAsync("/.cozy_trash/trashed"));
    }

    [Fact]
    public async Task A_database_of_other_contents_removes_none_of_them()
    {
        for (var i = 0; i < 100; i++)
        {
            await Test.Store.Blobs.WriteAsync(Of(i), room: null, Ct);
        }

        Test.Clock.Shift += TimeSpan.FromMinutes(1);
        await Test.Store.SweepAsync(TimeSpan.Zero, Ct);
        Assert.Equal(100, (await Test.BlobsAsync()).Length);

        // It is theirs indeed.
        await PutAsync("/file", "file".PadRight(Large));
        Test.Clock.Shift += TimeSpan.FromMinutes(1);
        await Test.Store.SweepAsync(TimeSpan.Zero, Ct);
        Assert.Single(await Test.BlobsAsync());
    }

    internal static Upload Of(int number) => new() { Body = new MemoryStream([.. Enumerable.Repeat((byte)number, Large)]), Length = Large };
}
