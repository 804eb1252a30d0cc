using System.Security.Cryptography;
using Dapper;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>Contents that lie in the database.</summary>
public sealed class SmallContentTests : DriveTests
{
    [Fact]
    public async Task A_small_content_needs_no_file_and_comes_back_from_any_offset()
    {
        var stored = await PutAsync("/a", "hello");
        await PutAsync("/empty", "");

        Assert.Empty(await Test.BlobsAsync());
        await Test.ReopenAsync();
        Assert.Equal(SHA256.HashData("hello"u8), stored.Sha256.ToArray());
        Assert.Equal("hello", await TextAsync("/a"));
        Assert.Equal("", await TextAsync("/empty"));
        await using var rest = await Drive.OpenAsync(At("/a"), 3, Ct);
        Assert.Equal(2, rest.Length);
        Assert.Equal("lo", await new StreamReader(rest.Body).ReadToEndAsync(Ct));
    }

    [Fact]
    public async Task A_small_content_that_is_not_as_it_was_stored_fails_and_so_does_its_version()
    {
        var stored = await PutAsync("/a", "hello");
        await Test.Store.Database.WriteAsync(db => db.ExecuteAsync("UPDATE contents SET bytes = @other", new { other = "hellp"u8.ToArray() }), Ct);

        await FailsAsync(Fault.BadGateway, () => Drive.OpenAsync(At("/a"), 0, Ct));
        await FailsAsync(Fault.BadGateway, () => Drive.OpenAsync(At("/a"), 1, Ct));
        await PutAsync("/a", "now", overwrite: true);
        Assert.Equal("now", await TextAsync("/a"));
        var former = (await Drive.VersionsAsync(stored.Cozy!.FileId, Ct))!.Single(version => version.Size == 5);
        await FailsAsync(Fault.BadGateway, () => Drive.OpenVersionAsync(stored.Cozy.FileId, former.Key, 0, Ct));
    }

    [Fact]
    public async Task A_small_content_goes_with_the_last_file_that_names_it()
    {
        await PutAsync("/a", "hello");
        await Drive.CopyAsync(At("/a"), At("/b"), Ct);
        await PutAsync("/a", "changed", overwrite: true);
        Assert.Equal("hello", await TextAsync("/b"));
        Assert.Equal(2, await Test.CountSmallContentsAsync());

        await PutAsync("/b", "changed too", overwrite: true);
        Assert.Equal(3, await Test.CountSmallContentsAsync());

        await Drive.DeleteAsync(At("/b"), null, Ct);
        await Drive.EmptyAsync(Ct);
        Assert.Equal(2, await Test.CountSmallContentsAsync());

        await Drive.DeleteAsync(At("/a"), null, Ct);
        await Drive.EmptyAsync(Ct);
        Assert.Equal(0, await Test.CountSmallContentsAsync());
    }

    [Fact]
    public async Task A_small_write_that_fails_leaves_nothing()
    {
        await Drive.MakeFolderAsync(At("/folder"), Ct);
        byte[] bytes = [1, 2, 3];
        Upload Of(int length, byte[]? md5 = null) => new() { Body = new MemoryStream(bytes), Length = length, Md5 = md5, Overwrite = true };

        await FailsAsync(Fault.PreconditionFailed, () => Drive.WriteAsync(At("/a"), Of(4), Ct));
        await FailsAsync(Fault.PreconditionFailed, () => Drive.WriteAsync(At("/a"), Of(2), Ct));
        await FailsAsync(Fault.PreconditionFailed, () => Drive.WriteAsync(At("/a"), Of(3, new byte[16]), Ct));
        await FailsAsync(Fault.AlreadyExists, () => Drive.WriteAsync(At("/folder"), Of(3), Ct));
        Test.Quota = 2;
        await FailsAsync(Fault.OutOfSpace, () => Drive.WriteAsync(At("/a"), Of(3), Ct));

        Assert.Equal(["folder"], await NamesAsync("/"));
        Assert.Equal(0, await Test.CountSmallContentsAsync());
    }

    [Fact]
    public async Task A_write_that_was_given_up_before_its_turn_changes_nothing()
    {
        using var stop = new CancellationTokenSource();
        var blocked = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        var first = Test.Store.Database.WriteAsync(
            async _ =>
            {
                reached.SetResult();
                await blocked.Task;
            },
            Ct);
        await reached.Task.WaitAsync(Ct);
        var second = Test.Store.Database.WriteAsync(db => db.ExecuteAsync("DELETE FROM nodes"), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        blocked.SetResult();
        await first;
        await PutAsync("/a", "hello");
        Assert.Equal(["a"], await NamesAsync("/"));
    }
}
