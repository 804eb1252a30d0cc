namespace RemoteFiles.Tests.Routes;

/// <summary>POST /remote/nextcloud/:account/move/*path?To=</summary>
public sealed class MoveRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_file_is_moved_and_stays_the_same_file()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");
        await Nextcloud.PutAsync(Folder + "/wallpaper.jpg", "x", LongAgo);
        var before = await Nextcloud.StatAsync(Folder + "/wallpaper.jpg");

        Expect.NoContent(await Cozy.PostAsync(Target("/wallpaper.jpg", "move") + "?To=" + Folder + "/sub/Wallpaper.jpg"));

        Assert.Equal(["sub"], await Nextcloud.NamesAsync(Folder));
        var after = await Nextcloud.StatAsync(Folder + "/sub/Wallpaper.jpg");
        Assert.Equal((before.Id, before.Modified), (after.Id, after.Modified));
    }

    [Fact]
    public async Task A_folder_is_moved_with_all_that_is_in_it()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/old");
        await Nextcloud.PutAsync(Folder + "/old/file.txt", "x");

        Expect.NoContent(await Cozy.PostAsync(Target("/old", "move") + "?To=" + Folder + "/new"));

        Assert.Equal("x", await Nextcloud.ReadAsync(Folder + "/new/file.txt"));
        Assert.Equal(["new"], await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task A_plus_in_the_query_is_a_space_as_forms_write_it()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.NoContent(await Cozy.PostAsync(Target("/a.txt", "move") + "?To=" + Targets.FormEncode(Folder + "/a + b.txt")));

        Assert.Equal(["a + b.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?To=")]
    public async Task Without_To_it_is_400(string query)
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.BadRequest("missing To parameter", await Cozy.PostAsync(Target("/a.txt", "move") + query), "To");

        Assert.Equal(["a.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [InlineData("/sub/../b.txt")]
    [InlineData("/./b.txt")]
    [InlineData("/b%00.txt")]
    public async Task A_destination_that_is_no_path_is_400(string to)
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.BadRequest("a path holds '.', '..' or a NUL character", await Cozy.PostAsync(Target("/a.txt", "move") + "?To=" + Folder + to));

        Assert.Equal(["a.txt", "sub"], await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task A_missing_source_is_404() =>
        Expect.NotFound("file/directory not found", await Cozy.PostAsync(Target("/missing.txt", "move") + "?To=" + Folder + "/b.txt"));

    [Fact]
    public async Task A_missing_folder_at_the_destination_is_404()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.NotFound("parent directory does not exist", await Cozy.PostAsync(Target("/a.txt", "move") + "?To=" + Folder + "/missing/b.txt"));

        Assert.Equal(["a.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [InlineData("/taken.txt")]
    [InlineData("/sub")]
    [InlineData("/a.txt")]
    public async Task A_taken_name_is_409_and_nothing_is_replaced(string to)
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");
        await Nextcloud.PutAsync(Folder + "/a.txt", "new");
        await Nextcloud.PutAsync(Folder + "/taken.txt", "old");

        Expect.Conflict("it already exists", await Cozy.PostAsync(Target("/a.txt", "move") + "?To=" + Folder + to));

        Assert.Equal("old", await Nextcloud.ReadAsync(Folder + "/taken.txt"));
        Assert.Equal("new", await Nextcloud.ReadAsync(Folder + "/a.txt"));
    }

    [Fact]
    public async Task A_folder_cannot_go_into_itself()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");

        Expect.BadRequest("the destination lies inside the source", await Cozy.PostAsync(Target("/sub", "move") + "?To=" + Folder + "/sub/deep"));

        Assert.Equal(["sub"], await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task Only_the_case_of_a_name_can_change()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.NoContent(await Cozy.PostAsync(Target("/a.txt", "move") + "?To=" + Folder + "/A.txt"));

        Assert.Equal(["A.txt"], await Nextcloud.NamesAsync(Folder));
    }
}
