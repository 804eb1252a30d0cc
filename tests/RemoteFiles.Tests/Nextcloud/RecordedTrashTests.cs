using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

public sealed class RecordedTrashTests : IAsyncDisposable
{
    private static readonly FilePath Moved = FilePath.Parse("/moved.txt.d1795282570");

    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task The_trash_is_listed_with_old_names_and_places()
    {
        nextcloud.Server.Then("40-trash");

        var items = await nextcloud.Trash.ListAsync(FilePath.Root, Ct).ReadAllAsync();

        Assert.Equal(["Images", "moved.txt"], items.Select(item => item.Name));
        Assert.Equal(["/Documents/Images", "/Documents/moved.txt"], items.Select(item => item.From.ToString()));
        var file = items[1].Entry;
        Assert.Equal((Moved, "1223", 11L, "1795282570", false), (file.Path, file.Id, file.Size, file.ETag, file.IsFolder));
        Assert.Equal("PROPFIND /remote.php/dav/trashbin/carol/trash/", nextcloud.Request.ToString());
        Assert.Equal("1", nextcloud.Request.Headers["Depth"]);
    }

    [Fact]
    public async Task A_folder_in_the_trash_is_listed()
    {
        nextcloud.Server.Then("41-trash-sub");

        Assert.Empty(await nextcloud.Trash.ListAsync(FilePath.Parse("/Images.d1795282570"), Ct).ReadAllAsync());
        Assert.Equal("/remote.php/dav/trashbin/carol/trash/Images.d1795282570/", nextcloud.Request.Target);
    }

    [Fact]
    public async Task An_item_goes_back_without_an_Overwrite_header_when_its_place_is_free()
    {
        nextcloud.Server.Then(Item()).Then("17-list-404").Then("42-restore");

        await nextcloud.Trash.RestoreAsync(Moved, Ct);

        await nextcloud.Server.PlayedAsync();
        var (look, move) = (nextcloud.Server.Requests.ElementAt(1), nextcloud.Server.Requests.ElementAt(2));
        Assert.Equal("PROPFIND /remote.php/dav/files/carol/Documents/moved.txt", look.ToString());
        Assert.Equal("MOVE /remote.php/dav/trashbin/carol/trash/moved.txt.d1795282570", move.ToString());
        Assert.Equal($"http://{nextcloud.Server.Host}/remote.php/dav/trashbin/carol/restore/moved.txt.d1795282570", move.Headers["Destination"]);
        Assert.False(move.Headers.ContainsKey("Overwrite"));
    }

    [Fact]
    public async Task An_item_stays_when_its_place_is_taken_though_the_server_would_rename_it()
    {
        Assert.StartsWith("HTTP/1.1 201", Recording.Load("44-restore-conflict").StatusLine, StringComparison.Ordinal);
        nextcloud.Server.Then(Item()).Then(Listing.Of(Listing.File("/remote.php/dav/files/carol/Documents/moved.txt", 3)));

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Trash.RestoreAsync(Moved, Ct));

        Assert.Equal((Fault.AlreadyExists, "it already exists"), (thrown.Fault, thrown.Message));
    }

    [Fact]
    public async Task A_missing_item_is_neither_restored_nor_deleted()
    {
        nextcloud.Server.Then("45-restore-404").Then(Item()).Then("17-list-404").Then("45-restore-404").Then("49-trash-delete-404");

        var unseen = await Assert.ThrowsAsync<FaultException>(() => nextcloud.Trash.RestoreAsync(Moved, Ct));
        var goneMeanwhile = await Assert.ThrowsAsync<FaultException>(() => nextcloud.Trash.RestoreAsync(Moved, Ct));
        var deleted = await nextcloud.FaultOfAsync(() => nextcloud.Trash.DeleteAsync(Moved, Ct));

        Assert.Equal([Fault.NotFound, Fault.NotFound, Fault.NotFound], [unseen.Fault, goneMeanwhile.Fault, deleted.Fault]);
    }

    [Fact]
    public async Task An_item_is_deleted_for_good_and_the_trash_emptied()
    {
        nextcloud.Server.Then("48-trash-delete").Then("50-trash-empty");

        await nextcloud.Trash.DeleteAsync(FilePath.Parse("/moved.txt.d1795282572"), Ct);
        await nextcloud.Trash.EmptyAsync(Ct);

        Assert.Equal(
            [$"DELETE {Recording.Load("48-trash-delete").Target}", $"DELETE {Recording.Load("50-trash-empty").Target}"],
            nextcloud.Server.Requests.Select(request => request.ToString()));
    }

    [Fact]
    public async Task Deleting_the_root_of_the_trash_is_not_emptying_it()
    {
        Assert.Equal(Fault.Forbidden, (await nextcloud.FaultOfAsync(() => nextcloud.Trash.DeleteAsync(FilePath.Root, Ct))).Fault);
        Assert.Empty(nextcloud.Server.Requests);
    }

    private static byte[] Item() => Listing.Of(Listing.Response(
        "/remote.php/dav/trashbin/carol/trash/moved.txt.d1795282570",
        "<d:resourcetype/><oc:fileid>1223</oc:fileid><nc:trashbin-filename>moved.txt</nc:trashbin-filename>"
        + "<nc:trashbin-original-location>Documents/moved.txt</nc:trashbin-original-location>"));
}
