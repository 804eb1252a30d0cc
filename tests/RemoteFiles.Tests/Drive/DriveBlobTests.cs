using System.Security.Cryptography;
using RemoteFiles.Files;
using RemoteFiles.Tests.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

public class DriveBlobTests : DriveTests
{
    internal override int LargestSmallContent => 0;

    /// <summary>How many of them a reader races with.</summary>
    protected virtual int Overwrites => 200;

    [Fact]
    public async Task A_write_that_fails_leaves_no_bytes_behind()
    {
        await Drive.MakeFolderAsync(At("/folder"), Ct);
        var bytes = new byte[300_000];
        using var stop = new CancellationTokenSource();
        var waiting = new WaitingBody(bytes);

        await Assert.ThrowsAsync<IOException>(() => Drive.WriteAsync(At("/a"), new() { Body = new BrokenBody(bytes) }, Ct));
        await FailsAsync(Fault.PreconditionFailed, () => Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes), Length = 300_001 }, Ct));
        await FailsAsync(Fault.PreconditionFailed, () => Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes), Length = 299_999 }, Ct));
        await FailsAsync(Fault.PreconditionFailed, () => Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes), Md5 = new byte[16] }, Ct));
        await FailsAsync(Fault.AlreadyExists, () => Drive.WriteAsync(At("/folder"), new() { Body = new MemoryStream(bytes), Overwrite = true }, Ct));
        var cancelled = Drive.WriteAsync(At("/a"), new() { Body = waiting }, stop.Token);
        await waiting.Reached.WaitAsync(Ct);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        Assert.Empty(await Test.BlobsAsync());
        Assert.Equal(["folder"], await NamesAsync("/"));
    }

    [Theory]
    [InlineData(8 << 20)]
    [InlineData((8 << 20) + 1)]
    [InlineData((9 << 20) + 4096)]
    [InlineData((10 << 20) - 1)]
    public async Task A_large_copy_is_what_came_however_its_last_block_ends(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        var stored = await Drive.WriteAsync(At("/copy"), new() { Body = new MemoryStream(bytes), Length = length, IsCopy = true }, Ct);

        Assert.Equal(MD5.HashData(bytes), stored.Md5.ToArray());
        Assert.Equal(SHA256.HashData(bytes), stored.Sha256.ToArray());
        await using var download = await Drive.OpenAsync(At("/copy"), 0, Ct);
        Assert.Equal(stored.Sha256.ToArray(), await SHA256.HashDataAsync(download.Body, Ct));
    }

    [Fact]
    public async Task A_write_whose_name_is_taken_meanwhile_leaves_no_bytes_behind()
    {
        var late = new WaitingBody(new byte[10]);
        var upload = Drive.WriteAsync(At("/a"), new() { Body = late }, Ct);
        await late.Reached.WaitAsync(Ct);
        await PutAsync("/a", "first");

        late.Release();

        await FailsAsync(Fault.AlreadyExists, () => upload);
        Assert.Equal("first", await TextAsync("/a"));
        Assert.Single(await Test.BlobsAsync());
    }

    [Fact]
    public async Task A_write_whose_folder_goes_meanwhile_leaves_no_bytes_behind()
    {
        await Drive.MakeFolderAsync(At("/folder"), Ct);
        var late = new WaitingBody(new byte[10]);
        var upload = Drive.WriteAsync(At("/folder/a"), new() { Body = late }, Ct);
        await late.Reached.WaitAsync(Ct);
        await Drive.DeleteAsync(At("/folder"), null, Ct);

        late.Release();

        await FailsAsync(Fault.ParentNotFound, () => upload);
        Assert.Empty(await Test.BlobsAsync());
    }

    [Fact]
    public async Task An_overwritten_content_stays_as_a_version_and_goes_with_the_file()
    {
        await PutAsync("/a", "first");

        await PutAsync("/a", "second", overwrite: true);

        Assert.Equal(2, (await Test.BlobsAsync()).Length);
        await Drive.DeleteAsync(At("/a"), null, Ct);
        await Drive.EmptyAsync(Ct);
        Assert.Empty(await Test.BlobsAsync());
    }

    [Fact]
    public async Task A_content_stays_as_long_as_one_copy_names_it()
    {
        await PutAsync("/a", "hello");
        await Drive.CopyAsync(At("/a"), At("/b"), Ct);
        Assert.Single(await Test.BlobsAsync());

        await PutAsync("/a", "changed", overwrite: true);
        Assert.Equal("hello", await TextAsync("/b"));
        Assert.Equal(2, (await Test.BlobsAsync()).Length);

        await Drive.DeleteAsync(At("/a"), null, Ct);
        await Drive.EmptyAsync(Ct);
        Assert.Single(await Test.BlobsAsync());
        Assert.Equal("hello", await TextAsync("/b"));
    }

    [Fact]
    public async Task A_content_that_is_missing_or_cut_is_unavailable_and_never_not_found()
    {
        await PutAsync("/a", "hello");
        var blob = Assert.Single(await Test.BlobsAsync());
        await Test.Contents.ReplaceAsync(blob, "hell"u8.ToArray());
        await FailsAsync(Fault.Unavailable, () => Drive.OpenAsync(At("/a"), 0, Ct));

        await Test.Contents.ReplaceAsync(blob, null);
        await FailsAsync(Fault.Unavailable, () => Drive.OpenAsync(At("/a"), 0, Ct));
    }

    [Fact]
    public async Task The_sweep_removes_what_a_killed_process_left_and_nothing_else()
    {
        await PutAsync("/a", "hello");
        await Drive.CopyAsync(At("/a"), At("/b"), Ct);
        await PutAsync("/trashed", "in the trash");
        await Drive.DeleteAsync(At("/trashed"), null, Ct);

        // Killed between the rename of the content and the commit of its row, and in the middle of a body.
        await Test.Store.Blobs.WriteAsync(new() { Body = new MemoryStream([1, 2, 3]) }, room: null, Ct);
        await Test.Contents.LeaveUnfinishedAsync();
        await Test.ReopenAsync();
        Assert.Equal(["a", "b"], await NamesAsync("/"));
        Assert.Equal(4, (await Test.BlobsAsync()).Length);

        await Test.Store.SweepAsync(TimeSpan.FromHours(1), Ct);
        Assert.Equal(4, (await Test.BlobsAsync()).Length);

        // Some servers round the time of what they store up to a second.
        Test.Clock.Shift += TimeSpan.FromMinutes(1);
        await Test.Store.SweepAsync(TimeSpan.Zero, Ct);
        Assert.Equal(2, (await Test.BlobsAsync()).Length);
        Assert.Equal("hello", await TextAsync("/b"));
        Assert.Equal("in the trash", await TextAsync("/.cozy_trash/trashed"));
    }

    [Fact]
    public async Task A_reader_who_loses_the_race_with_an_overwrite_reads_the_new_content()
    {
        await PutAsync("/a", "0000");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 1; i < Overwrites; i++)
                {
                    await PutAsync("/a", $"{i:D4}", overwrite: true);
                }
            },
            Ct);

        while (!writing.IsCompleted)
        {
            Assert.Equal(4, (await TextAsync("/a")).Length);
        }

        await writing;
    }
}
