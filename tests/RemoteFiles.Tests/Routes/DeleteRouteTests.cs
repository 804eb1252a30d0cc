namespace RemoteFiles.Tests.Routes;

/// <summary>DELETE /remote/nextcloud/:account/*path</summary>
public sealed class DeleteRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_file_goes_into_the_trash()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");

        Expect.NoContent(await Cozy.DeleteAsync(Target("/file.txt")));

        Assert.Empty(await Nextcloud.NamesAsync(Folder));
        Assert.False((await Nextcloud.TrashedAsync(Folder + "/file.txt")).IsFolder);
    }

    [Fact]
    public async Task A_folder_goes_into_the_trash_with_all_that_is_in_it()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");
        await Nextcloud.PutAsync(Folder + "/sub/file.txt", "x");

        Expect.NoContent(await Cozy.DeleteAsync(Target("/sub")));

        Assert.Empty(await Nextcloud.NamesAsync(Folder));
        Assert.Equal("1", (await Nextcloud.TrashedAsync(Folder + "/sub")).Size);
    }

    [Fact]
    public async Task A_missing_file_is_404() => Expect.NotFound("file/directory not found", await Cozy.DeleteAsync(Target("/missing.txt")));

    [Fact]
    public async Task The_root_cannot_be_deleted()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");

        var answer = await Cozy.DeleteAsync(Remote("/"));

        Expect.Error(403, "Forbidden", "the root cannot be deleted", answer);
        Assert.Equal("x", await Nextcloud.ReadAsync(Folder + "/file.txt"));
    }
}
