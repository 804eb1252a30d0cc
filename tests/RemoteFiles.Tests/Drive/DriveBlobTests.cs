using RemoteFiles.Files;
using RemoteFiles.Tests.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

public sealed class DriveBlobTests : DriveTests
{
    internal override int LargestSmallContent => 0;

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

        Assert.Empty(Test.Blobs);
        Assert.Equal(["folder"], await NamesAsync("/"));
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
        Assert.Single(Test.Blobs);
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
        Assert.Empty(Test.Blobs);
    }

    [Fact]
    public async Task An_overwritten_content_stays_as_a_version_and_goes_with_the_file()
    {
        await PutAsync("/a", "first");

        await PutAsync("/a", "second", overwrite: true);

        Assert.Equal(2, Test.Blobs.Length);
        await Drive.DeleteAsync(At("/a"), null, Ct);
        await Drive.EmptyAsync(Ct);
        Assert.Empty(Test.Blobs);
    }

    [Fact]
    public async Task A_content_stays_as_long_as_one_copy_names_it()
    {
        await PutAsync("/a", "hello");
        await Drive.CopyAsync(At("/a"), At("/b"), Ct);
        Assert.Single(Test.Blobs);

        await PutAsync("/a", "changed", overwrite: true);
        Assert.Equal("hello", await TextAsync("/b"));
        Assert.Equal(2, Test.Blobs.Length);

        await Drive.DeleteAsync(At("/a"), null, Ct);
        await Drive.EmptyAsync(Ct);
        Assert.Single(Test.Blobs);
        Assert.Equal("hello", await TextAsync("/b"));
    }

    [Fact]
    public async Task A_content_that_is_missing_or_cut_is_unavailable_and_never_not_found()
    {
        await PutAsync("/a", "hello");
        await File.WriteAllTextAsync(Test.Blobs[0], "hell", Ct);
        await FailsAsync(Fault.Unavailable, () => Drive.OpenAsync(At("/a"), 0, Ct));

        File.Delete(Test.Blobs[0]);
        await FailsAsync(Fault.Unavailable, () => Drive.OpenAsync(At("/a"), 0, Ct));
    }

    [Fact]
    public async Task A_content_that_is_cut_while_it_is_read_fails_rather_than_ends()
    {
        await Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(new byte[500_000]) }, Ct);
        await using var download = await Drive.OpenAsync(At("/a"), 0, Ct);
        await using (var file = new FileStream(Test.Blobs[0], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(400_000);
        }

        await FailsAsync(Fault.BadGateway, () => download.Body.CopyToAsync(Stream.Null, Ct));
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
        await File.WriteAllTextAsync(Path.Combine(Test.Directory, "blobs", "incoming", new string('a', 32)), "half", Ct);
        await Test.ReopenAsync();
        Assert.Equal(["a", "b"], await NamesAsync("/"));
        Assert.Equal(4, Test.Blobs.Length);

        await Test.Store.SweepAsync(TimeSpan.FromHours(1), Ct);
        Assert.Equal(4, Test.Blobs.Length);

        await Test.Store.SweepAsync(TimeSpan.Zero, Ct);
        Assert.Equal(2, Test.Blobs.Length);
        Assert.Equal("hello", await TextAsync("/b"));
        Assert.Equal("in the trash", await TextAsync("/.cozy_trash/trashed"));
    }

    [Fact]
    public async Task The_sweep_leaves_an_upload_that_runs()
    {
        var late = new WaitingBody(new byte[200_000]);
        var upload = Drive.WriteAsync(At("/a"), new() { Body = late }, Ct);
        await late.Reached.WaitAsync(Ct);

        await Test.Store.SweepAsync(TimeSpan.FromHours(1), Ct);
        var unfinished = Assert.Single(Test.Blobs);
        File.SetLastWriteTimeUtc(unfinished, DateTime.UnixEpoch);
        late.Release();

        // A body that paused for long is as fresh as any other once it is stored.
        Assert.Equal(200_000, (await upload).Size);
        Assert.Equal(TimeProvider.System.GetUtcNow().UtcDateTime, File.GetLastWriteTimeUtc(Assert.Single(Test.Blobs)), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_reader_who_loses_the_race_with_an_overwrite_reads_the_new_content()
    {
        await PutAsync("/a", "0000");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 1; i < 200; i++)
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
