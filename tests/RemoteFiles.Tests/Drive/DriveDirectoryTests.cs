using RemoteFiles.Files;
using RemoteFiles.Tests.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>Contents in a directory: what happens to their files.</summary>
public sealed class DriveDirectoryTests : DriveTests
{
    internal override int LargestSmallContent => 0;

    private DirectoryContents Contents => (DirectoryContents)Test.Contents;

    [Fact]
    public async Task A_content_whose_row_is_about_to_come_stays()
    {
        await PutAsync("/file", "file".PadRight(20_000));
        await Test.Store.Blobs.WriteAsync(SweepTests.Of(1), room: null, Ct);
        Test.Clock.Shift += TimeSpan.FromHours(2);
        var (stored, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
        var upload = Drive.WriteAsync(
            At("/new"),
            SweepTests.Of(2) with
            {
                Confirm = async (_, _) =>
                {
                    stored.SetResult();
                    await commit.Task;
                },
            },
            Ct);
        await stored.Task.WaitAsync(Ct);
        Assert.Equal(3, (await Test.BlobsAsync()).Length);

        await Test.Store.SweepAsync(TimeSpan.FromHours(1), Ct);

        commit.SetResult();
        await upload;
        Assert.Equal(2, (await Test.BlobsAsync()).Length);
        Assert.Equal(20_000, (await TextAsync("/new")).Length);
    }

    [Fact]
    public async Task A_content_that_is_cut_while_it_is_read_fails_rather_than_ends()
    {
        await Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(new byte[500_000]) }, Ct);
        await using var download = await Drive.OpenAsync(At("/a"), 0, Ct);
        await using (var file = new FileStream(Contents.Files()[0], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(400_000);
        }

        await FailsAsync(Fault.BadGateway, () => download.Body.CopyToAsync(Stream.Null, Ct));
    }

    [Fact]
    public async Task The_sweep_leaves_an_upload_that_runs()
    {
        var late = new WaitingBody(new byte[200_000]);
        var upload = Drive.WriteAsync(At("/a"), new() { Body = late }, Ct);
        await late.Reached.WaitAsync(Ct);

        await Test.Store.SweepAsync(TimeSpan.FromHours(1), Ct);
        var unfinished = Assert.Single(Contents.Files());
        File.SetLastWriteTimeUtc(unfinished, DateTime.UnixEpoch);
        late.Release();

        // A body that paused for long is as fresh as any other once it is stored.
        Assert.Equal(200_000, (await upload).Size);
        Assert.Equal(TimeProvider.System.GetUtcNow().UtcDateTime, File.GetLastWriteTimeUtc(Assert.Single(Contents.Files())), TimeSpan.FromMinutes(1));
    }
}
