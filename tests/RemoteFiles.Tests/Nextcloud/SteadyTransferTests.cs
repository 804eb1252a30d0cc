using System.Text;
using RemoteFiles.Files;
using RemoteFiles.Tests.Drive;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A file that others write to while it is brought; and what an earlier run has brought.</summary>
public sealed class SteadyTransferTests : IAsyncLifetime
{
    private const string Path = "/remote.php/dav/files/carol/a.bin";
    private const int Size = 1024 * 1024;
    private static readonly FilePath Target = FilePath.Parse("/a.bin");
    private static readonly DateTimeOffset Date = new(2026, 11, 21, 17, 36, 4, TimeSpan.Zero);

    private readonly RemoteNextcloud nextcloud = new();
    private TestDrive drive = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => drive = await TestDrive.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await nextcloud.DisposeAsync();
        await drive.DisposeAsync();
    }

    [Fact]
    public async Task A_file_that_stays_as_it_is_is_brought_once_and_looked_at_after()
    {
        nextcloud.Server.Then(Content("e1", 'x')).Then(Stat("e1"));

        var done = await CopyAsync("e1");

        Assert.Equal((TransferOutcome.Copied, Proof.Length, "\"e1\""), (done.Outcome, done.Proof, done.Source.ETag));
        await nextcloud.Server.PlayedAsync();
    }

    [Fact]
    public async Task A_transfer_has_a_place_at_its_server_until_it_ends_whichever_way()
    {
        var transfers = nextcloud.Servers.Of(nextcloud.Account).Transfers;
        var meanwhile = 0;
        nextcloud.Server.Then(async exchange =>
        {
            meanwhile = transfers.UnderWay;
            await exchange.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        });

        await nextcloud.FaultOfAsync(() => CopyAsync("e1"));

        Assert.Equal((1, 0), (meanwhile, transfers.UnderWay));
    }

    [Fact]
    public async Task A_file_that_changes_once_is_brought_again_as_it_is_then()
    {
        nextcloud.Server.Then(Content("e1", 'x')).Then(Stat("e2")).Then(Content("e2", 'y')).Then(Stat("e2"));

        var done = await CopyAsync("e1");

        Assert.Equal("\"e2\"", done.Source.ETag);
        await using var stored = await drive.Drive.OpenAsync(Target, 0, Ct);
        var first = new byte[1];
        await stored.Body.ReadExactlyAsync(first, Ct);
        Assert.Equal((byte)'y', first[0]);
        Assert.Single(await drive.Drive.ListAsync(FilePath.Root, Ct).ToListAsync(Ct));
        await nextcloud.Server.PlayedAsync();
    }

    [Fact]
    public async Task A_file_that_keeps_changing_is_given_up_and_nothing_of_it_stays()
    {
        nextcloud.Server.Then(Content("e1", 'x')).Then(Stat("e2")).Then(Content("e2", 'y')).Then(Stat("e3"));

        var thrown = await nextcloud.FaultOfAsync(() => CopyAsync("e1"));

        Assert.Equal((Fault.Changing, "/a.bin changes while it is read"), (thrown.Fault, thrown.Message));
        Assert.Null(await drive.Drive.StatAsync(Target, Ct));
    }

    [Fact]
    public async Task A_newer_version_takes_the_place_of_the_copy_that_was_made_of_the_older()
    {
        nextcloud.Server.Then(Content("e1", 'x')).Then(Stat("e1")).Then(Content("e2", 'y')).Then(Stat("e2"));
        var older = await CopyAsync("e1");

        var newer = await CopyAsync("e2");

        Assert.Equal((TransferOutcome.Copied, older.Entry.Id), (newer.Outcome, newer.Entry.Id));
        Assert.Single(await drive.Drive.ListAsync(FilePath.Root, Ct).ToListAsync(Ct));
    }

    [Fact]
    public async Task A_copy_that_its_owner_has_written_to_is_left_alone()
    {
        nextcloud.Server.Then(Content("e1", 'x')).Then(Stat("e1")).Then(Content("e2", 'y')).Then(Stat("e2"));
        await CopyAsync("e1");
        await drive.Drive.WriteAsync(Target, new() { Body = new MemoryStream("mine"u8.ToArray()), Length = 4, Overwrite = true }, Ct);

        var done = await CopyAsync("e2");

        Assert.Equal((TransferOutcome.Renamed, "/a (2).bin"), (done.Outcome, done.Entry.Path.ToString()));
        Assert.Equal(4, (await drive.Drive.StatAsync(Target, Ct))!.Size);
    }

    [Fact]
    public async Task Copies_are_known_while_they_are_as_they_were_and_follow_their_source()
    {
        nextcloud.Server.Then(Content("e1", 'x')).Then(Stat("e1"));
        var copy = (await CopyAsync("e1")).Entry;
        await drive.Drive.MakeFolderAsync(FilePath.Parse("/sub"), Ct);
        var (there, found) = await Copies.CheckAsync(drive.Drive, copy.Id, copy.Sha256, Ct);

        Assert.Equal(CopyState.There, there);
        Assert.Equal(CopyState.There, await Copies.FollowAsync(drive.Drive, found!, FilePath.Parse("/elsewhere"), FilePath.Parse("/sub/b.bin"), Ct));
        Assert.Equal(CopyState.There, await Copies.FollowAsync(drive.Drive, found!, Target, FilePath.Parse("/sub"), Ct));
        Assert.Equal(CopyState.There, await Copies.FollowAsync(drive.Drive, found!, Target, FilePath.Parse("/none/b.bin"), Ct));
        Assert.Equal(CopyState.Moved, await Copies.FollowAsync(drive.Drive, found!, Target, FilePath.Parse("/sub/b.bin"), Ct));
        Assert.Equal("/sub/b.bin", (await drive.Drive.FindAsync(copy.Id, Ct))!.Path.ToString());
        Assert.Equal(CopyState.Missing, (await Copies.CheckAsync(drive.Drive, copy.Id, new byte[32], Ct)).State);
        await drive.Drive.TrashAsync(copy.Id, null, Ct);
        Assert.Equal(CopyState.Missing, (await Copies.CheckAsync(drive.Drive, copy.Id, copy.Sha256, Ct)).State);
    }

    private Task<Transferred> CopyAsync(string etag) => SteadyTransfer.CopyAsync(
        nextcloud.Tree,
        new() { Id = "2", Path = Target, IsFolder = false, Size = Size, ETag = $"\"{etag}\"", ModifiedAt = Date },
        drive.Drive,
        Target,
        new("account", ""),
        Ct);

    private static byte[] Content(string etag, char filling) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nETag: \"{etag}\"\r\nContent-Length: {Size}\r\n\r\n"), .. Enumerable.Repeat((byte)filling, Size)];

    private static byte[] Stat(string etag) => Listing.Of(Listing.File(Path, Size, etag));
}
