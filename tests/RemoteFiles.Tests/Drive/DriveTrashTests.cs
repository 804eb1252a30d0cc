using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

public sealed class DriveTrashTests : DriveTests
{
    [Fact]
    public async Task Deleted_things_lie_in_the_trash_with_their_ids_and_where_they_were()
    {
        await Drive.EnsureFolderAsync(At("/a/b"), Ct);
        var file = await PutAsync("/a/b/file.txt", "hello");

        await Drive.DeleteAsync(At("/a/b"), null, Ct);

        var item = Assert.Single(await TrashedAsync("/"));
        Assert.Equal(("b", "/a/b", "/b"), (item.Name, item.From.ToString(), item.Entry.Path.ToString()));
        Assert.Equal((true, "/a"), (item.Entry.Cozy!.Trashed, item.Entry.Cozy.RestorePath));
        var below = Assert.Single(await TrashedAsync("/b"));
        Assert.Equal(("file.txt", "/a/b/file.txt", "/b/file.txt"), (below.Name, below.From.ToString(), below.Entry.Path.ToString()));
        Assert.Equal((file.Id, file.ETag, true), (below.Entry.Id, below.Entry.ETag, below.Entry.Cozy!.Trashed));
        Assert.Equal("/.cozy_trash/b/file.txt", (await Drive.FindAsync(file.Id, Ct))!.Path.ToString());
    }

    [Fact]
    public async Task A_name_that_is_taken_in_the_trash_gets_nine_digits_and_comes_back_without_them()
    {
        await PutAsync("/note (123456789)", "first");
        await Drive.DeleteAsync(At("/note (123456789)"), null, Ct);
        await PutAsync("/note (123456789)", "second");
        await Drive.DeleteAsync(At("/note (123456789)"), null, Ct);

        var items = await TrashedAsync("/");

        Assert.All(items, item => Assert.Equal("note (123456789)", item.Name));
        var renamed = Assert.Single(items, item => item.Entry.Path.Name != item.Name);
        Assert.Matches(@"^note \(123456789\) \(\d{9}\)$", renamed.Entry.Path.Name);
        await Trash.RestoreAsync(renamed.Entry.Path, Ct);
        Assert.Equal("second", await TextAsync("/note (123456789)"));
    }

    [Fact]
    public async Task Restoring_brings_back_the_same_file_and_the_folders_it_needs()
    {
        await Drive.EnsureFolderAsync(At("/a/b"), Ct);
        var file = await PutAsync("/a/b/file.txt", "hello");
        await Drive.DeleteAsync(At("/a/b/file.txt"), null, Ct);
        await Drive.DeleteAsync(At("/a"), null, Ct);

        await Trash.RestoreAsync(At("/file.txt"), Ct);

        var restored = await StatAsync("/a/b/file.txt");
        Assert.Equal((file.Id, file.Cozy!.FileId, file.ETag), (restored.Id, restored.Cozy!.FileId, restored.ETag));
        Assert.Equal((false, ""), (restored.Cozy.Trashed, restored.Cozy.RestorePath));
        Assert.Equal("hello", await TextAsync("/a/b/file.txt"));
    }

    [Fact]
    public async Task Restoring_from_inside_a_deleted_folder_takes_only_that()
    {
        await Drive.EnsureFolderAsync(At("/a/b"), Ct);
        await PutAsync("/a/b/one.txt", "1");
        await PutAsync("/a/b/two.txt", "22");
        await Drive.DeleteAsync(At("/a"), null, Ct);

        await Trash.RestoreAsync(At("/a/b/one.txt"), Ct);

        Assert.Equal(["one.txt"], await NamesAsync("/a/b"));
        Assert.Equal("two.txt", Assert.Single(await TrashedAsync("/a/b")).Name);
        Assert.Equal((1, 3), ((await StatAsync("/")).Size, (await Drive.GetSpaceAsync(Ct)).Used));
    }

    [Fact]
    public async Task Restoring_a_folder_restores_all_below_it()
    {
        await Drive.EnsureFolderAsync(At("/a/b"), Ct);
        await PutAsync("/a/b/file.txt", "hello");
        await Drive.DeleteAsync(At("/a"), null, Ct);

        await Trash.RestoreAsync(At("/a"), Ct);

        Assert.False((await StatAsync("/a/b/file.txt")).Cozy!.Trashed);
        await PutAsync("/a/b/another.txt", "x");
        Assert.Empty(await TrashedAsync("/"));
    }

    [Fact]
    public async Task Restoring_onto_something_is_refused()
    {
        await PutAsync("/file.txt", "old");
        await Drive.DeleteAsync(At("/file.txt"), null, Ct);
        await PutAsync("/file.txt", "new");

        await FailsAsync(Fault.AlreadyExists, () => Trash.RestoreAsync(At("/file.txt"), Ct));

        Assert.Equal("new", await TextAsync("/file.txt"));
        Assert.Single(await TrashedAsync("/"));
    }

    [Fact]
    public async Task What_is_deleted_from_the_trash_is_gone()
    {
        await Drive.EnsureFolderAsync(At("/a"), Ct);
        var file = await PutAsync("/a/file.txt", "hello");
        await PutAsync("/b", "x");
        await Drive.DeleteAsync(At("/a"), null, Ct);
        await Drive.DeleteAsync(At("/b"), null, Ct);

        await Trash.DeleteAsync(At("/a"), Ct);

        Assert.Null(await Drive.FindAsync(file.Id, Ct));
        Assert.Equal("b", Assert.Single(await TrashedAsync("/")).Name);
        Assert.Equal(1, await Test.CountContentsAsync());
        await Drive.EmptyAsync(Ct);
        Assert.Empty(await TrashedAsync("/"));
        Assert.Equal(0, await Test.CountContentsAsync());
        Assert.NotNull(await Drive.FindAsync(ICozyDrive.TrashId, Ct));
    }

    [Fact]
    public async Task Something_missing_in_the_trash_is_not_found()
    {
        await FailsAsync(Fault.NotFound, () => Trash.RestoreAsync(At("/missing"), Ct));
        await FailsAsync(Fault.NotFound, () => Trash.DeleteAsync(At("/missing"), Ct));
        await FailsAsync(Fault.NotFound, () => TrashedAsync("/missing"));
    }

    [Fact]
    public async Task Nothing_is_put_into_the_trash_and_it_stays_where_it_is()
    {
        await PutAsync("/file.txt", "hello");
        await Drive.MakeFolderAsync(At("/a"), Ct);
        await Drive.DeleteAsync(At("/a"), null, Ct);

        foreach (var folder in new[] { "/.cozy_trash", "/.cozy_trash/a" })
        {
            var fault = await FailsAsync(Fault.ParentNotFound, () => PutAsync(folder + "/new.txt", "x"));
            Assert.Equal("Parent directory is in the trash", fault.Message);
            await FailsAsync(Fault.ParentNotFound, () => Drive.MakeFolderAsync(At(folder + "/new"), Ct));
            await FailsAsync(Fault.ParentNotFound, () => Drive.EnsureFolderAsync(At(folder + "/new"), Ct));
            await FailsAsync(Fault.ParentNotFound, () => Drive.MoveAsync(At("/file.txt"), At(folder + "/new.txt"), Ct));
            await FailsAsync(Fault.ParentNotFound, () => Drive.CopyAsync(At("/file.txt"), At(folder + "/new.txt"), Ct));
        }

        await FailsAsync(Fault.Forbidden, () => Drive.DeleteAsync(At("/.cozy_trash"), null, Ct));
        await FailsAsync(Fault.Forbidden, () => Drive.MoveAsync(At("/.cozy_trash"), At("/b"), Ct));
        await FailsAsync(Fault.Forbidden, () => Trash.DeleteAsync(FilePath.Root, Ct));
        var moved = await FailsAsync(Fault.PreconditionFailed, () => Drive.MoveAsync(At("/.cozy_trash/a"), At("/a"), Ct));
        Assert.Equal(("Forbidden document move", "dir-id"), (moved.Message, moved.Parameter));
    }

    private Task<List<TrashedEntry>> TrashedAsync(string path) => Trash.ListAsync(At(path), Ct).ToListAsync(Ct).AsTask();
}
