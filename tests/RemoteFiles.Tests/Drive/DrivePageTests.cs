using RemoteFiles.Drive;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

public sealed class DrivePageTests : DriveTests
{
    [Fact]
    public async Task Pages_have_folders_first_then_files_each_in_byte_order()
    {
        foreach (var name in new[] { "b", "é", "B", "a" })
        {
            await Drive.MakeFolderAsync(At("/" + name), Ct);
            await PutAsync("/" + name + ".txt", "x");
        }

        // U+FF5E comes before U+1F600 in UTF-8, after it in UTF-16.
        await PutAsync("/😀", "x");
        await PutAsync("/～", "x");

        var page = await Drive.ListPageAsync(ICozyDrive.RootId, null, 0, 100, Ct);

        Assert.Equal(["B", "a", "b", "é", "B.txt", "a.txt", "b.txt", "é.txt", "～", "😀"], page.Entries.Select(entry => entry.Path.Name));
        Assert.Equal(page.Entries.Select(entry => entry.Path.Name), await NamesAsync("/"));
    }

    [Fact]
    public async Task The_trash_is_neither_listed_nor_counted()
    {
        await PutAsync("/file.txt", "x");
        await Drive.DeleteAsync(At("/file.txt"), null, Ct);

        var page = await Drive.ListPageAsync(ICozyDrive.RootId, null, 0, 100, Ct);

        Assert.Equal((0, 0L, null), (page.Entries.Count, page.Total, page.Next));
        Assert.Empty(await NamesAsync("/"));
        Assert.Equal("/.cozy_trash", (await Drive.FindAsync(ICozyDrive.TrashId, Ct))!.Path.ToString());
        Assert.Equal(1, (await Drive.ListPageAsync(ICozyDrive.TrashId, null, 0, 100, Ct)).Total);
    }

    [Fact]
    public async Task A_cursor_goes_on_where_it_was_while_rows_are_added_and_removed()
    {
        foreach (var i in Enumerable.Range(0, 20))
        {
            await PutAsync($"/{i:D2}", "x");
        }

        var first = await Drive.ListPageAsync(ICozyDrive.RootId, null, 0, 10, Ct);
        await PutAsync("/05b", "before the cursor");
        await PutAsync("/10a", "behind the cursor");
        await Drive.MakeFolderAsync(At("/folder before all files"), Ct);
        await Drive.DeleteAsync(At("/10"), null, Ct);
        var second = await Drive.ListPageAsync(ICozyDrive.RootId, first.Next, 0, 100, Ct);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i:D2}"), first.Entries.Select(entry => entry.Path.Name));
        Assert.Equal(new(false, "10", first.Next!.Id), first.Next);
        Assert.Equal(["10a", .. Enumerable.Range(11, 9).Select(i => $"{i:D2}")], second.Entries.Select(entry => entry.Path.Name));
        Assert.Equal((22L, null), (second.Total, second.Next));
    }

    [Fact]
    public async Task Rows_are_skipped_from_the_cursor_on()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await PutAsync("/" + name, "x");
        }

        var page = await Drive.ListPageAsync(ICozyDrive.RootId, new(false, "b", ""), 1, 1, Ct);

        Assert.Equal("c", Assert.Single(page.Entries).Path.Name);
        Assert.Equal("d", page.Next!.Name);
        Assert.Empty((await Drive.ListPageAsync(ICozyDrive.RootId, null, 4, 1, Ct)).Entries);
    }

    [Fact]
    public async Task Pages_of_something_missing_or_of_a_file_are_not_found()
    {
        var file = await PutAsync("/file.txt", "x");

        await FailsAsync(Fault.NotFound, () => Drive.ListPageAsync("missing", null, 0, 10, Ct));
        await FailsAsync(Fault.NotFound, () => Drive.ListPageAsync(file.Id, null, 0, 10, Ct));
    }

    [Fact]
    public async Task A_folder_of_10000_is_whole_by_pages_and_by_listing()
    {
        var folder = await AddCopiesAsync(10_000);

        var names = new List<string>();
        PageKey? from = null;
        do
        {
            var page = await Drive.ListPageAsync(folder.Id, from, 0, 30, Ct);
            Assert.Equal(10_000, page.Total);
            names.AddRange(page.Entries.Select(entry => entry.Path.Name));
            from = page.Next;
        }
        while (from is not null);

        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"{i:D5}"), names);
        Assert.Equal(names, await NamesAsync("/many"));
    }

    [Fact]
    public async Task A_listing_misses_nothing_that_is_renamed_meanwhile()
    {
        await AddCopiesAsync(2400);
        var ids = new HashSet<string>();

        // The last one passes the reader by: it gets a name that was listed long ago.
        await foreach (var entry in Drive.ListAsync(At("/many"), Ct))
        {
            if (ids.Add(entry.Id) && ids.Count == 600)
            {
                await Drive.MoveAsync(At("/many/02399"), At("/many/00000a"), Ct);
                await Drive.DeleteAsync(At("/many/02398"), null, Ct);
            }
        }

        Assert.Equal(2399, ids.Count);
        Assert.Contains((await StatAsync("/many/00000a")).Id, ids);
    }

    // All at once: a commit each would take most of the test's time.
    private async Task<Entry> AddCopiesAsync(int count)
    {
        await Drive.MakeFolderAsync(At("/many"), Ct);
        var folder = await StatAsync("/many");
        await PutAsync("/original", "x");
        await Test.Store.Database.WriteAsync(
            async db =>
            {
                var nodes = new Nodes(db, TestDrive.Instance);
                var original = (await nodes.FindAsync(At("/original")))!;
                await nodes.InsertAsync(
                    [.. Enumerable.Range(0, count).Select(i => original with { Id = Node.NewId(i), ParentId = folder.Id, Name = $"{i:D5}" })]);
            },
            Ct);
        return folder;
    }
}
