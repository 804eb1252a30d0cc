namespace RemoteFiles.Tests.Routes;

/// <summary>POST /remote/nextcloud/:account/copy/*path, with Path, with Name and with neither.</summary>
public sealed class CopyRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_copy_goes_to_the_Path()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/Images");
        await Nextcloud.PutAsync(Folder + "/wallpaper.jpg", "x");

        Expect.Created(await Cozy.PostAsync(Target("/wallpaper.jpg", "copy") + "?Path=" + Folder + "/Images/beach.jpg"));

        Assert.Equal("x", await Nextcloud.ReadAsync(Folder + "/Images/beach.jpg"));
        Assert.Equal("x", await Nextcloud.ReadAsync(Folder + "/wallpaper.jpg"));
    }

    [Fact]
    public async Task A_copy_gets_the_Name()
    {
        await Nextcloud.PutAsync(Folder + "/wallpaper.jpg", "x");

        Expect.Created(await Cozy.PostAsync(Target("/wallpaper.jpg", "copy") + "?Name=beach.jpg"));

        Assert.Equal(["beach.jpg", "wallpaper.jpg"], await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task The_Path_wins_over_the_Name()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.Created(await Cozy.PostAsync(Target("/a.txt", "copy") + "?Name=name.txt&Path=" + Folder + "/path.txt"));

        Assert.Equal(["a.txt", "path.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [InlineData("report.pdf", "report (copy).pdf")]
    [InlineData("archive.tar.gz", "archive.tar (copy).gz")]
    [InlineData("README", "README (copy)")]
    [InlineData(".bashrc", ".bashrc (copy)")]
    public async Task With_neither_a_suffix_is_added(string name, string copy)
    {
        await Nextcloud.PutAsync($"{Folder}/{name}", "x");

        Expect.Created(await Cozy.PostAsync(Target("/" + name, "copy")));

        Assert.Equal(new[] { name, copy }.Order(StringComparer.Ordinal), await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [InlineData("fr", "a (copie).txt")]
    [InlineData("de", "a (Kopie).txt")]
    [InlineData("es", "a (copia).txt")]
    [InlineData("nl", "a (kopie).txt")]
    [InlineData("ru", "a (копия).txt")]
    [InlineData("vi", "a (bản sao).txt")]
    [InlineData("ja", "a (コピー).txt")]
    [InlineData("pt", "a (copy).txt")]
    public async Task The_suffix_is_in_the_language_of_the_instance(string locale, string copy)
    {
        var cozy = await Fixture.AddInstanceAsync($"{locale}.example", locale);
        var account = await RouteFixture.AddAccountAsync(cozy, Nextcloud.Url.ToString(), Nextcloud.Login, Nextcloud.Password);
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.Created(await cozy.PostAsync($"/remote/nextcloud/{account}/copy{Folder}/a.txt"));

        Assert.Contains(Nextcloud.Kept(copy), await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task A_folder_is_copied_with_all_that_is_in_it()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");
        await Nextcloud.PutAsync(Folder + "/sub/file.txt", "x");

        Expect.Created(await Cozy.PostAsync(Target("/sub", "copy") + "?Name=other"));

        Assert.Equal("x", await Nextcloud.ReadAsync(Folder + "/other/file.txt"));
        Assert.Equal("x", await Nextcloud.ReadAsync(Folder + "/sub/file.txt"));
    }

    [Fact]
    public async Task A_taken_name_is_409_and_nothing_is_replaced()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "new");
        await Nextcloud.PutAsync(Folder + "/taken.txt", "old");
        await Nextcloud.PutAsync(Folder + "/a (copy).txt", "older");

        Expect.Conflict("it already exists", await Cozy.PostAsync(Target("/a.txt", "copy") + "?Path=" + Folder + "/taken.txt"));
        Expect.Conflict("it already exists", await Cozy.PostAsync(Target("/a.txt", "copy") + "?Name=taken.txt"));
        Expect.Conflict("it already exists", await Cozy.PostAsync(Target("/a.txt", "copy")));

        Assert.Equal("old", await Nextcloud.ReadAsync(Folder + "/taken.txt"));
        Assert.Equal("older", await Nextcloud.ReadAsync(Folder + "/a (copy).txt"));
    }

    [Fact]
    public async Task A_missing_source_is_404() => Expect.NotFound("file/directory not found", await Cozy.PostAsync(Target("/missing.txt", "copy")));

    [Fact]
    public async Task A_missing_folder_at_the_destination_is_404()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.NotFound("parent directory does not exist", await Cozy.PostAsync(Target("/a.txt", "copy") + "?Path=" + Folder + "/missing/b.txt"));
    }

    [Fact]
    public async Task A_folder_cannot_be_copied_into_itself()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");

        Expect.BadRequest("the destination lies inside the source", await Cozy.PostAsync(Target("/sub", "copy") + "?Path=" + Folder + "/sub/deep"));
    }

    [Theory]
    [InlineData("a%2Fb.txt", "a file name is empty or contains a slash")]
    [InlineData("..", "a path holds '.', '..' or a NUL character")]
    public async Task A_Name_that_is_no_name_is_400(string name, string detail)
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.BadRequest(detail, await Cozy.PostAsync(Target("/a.txt", "copy") + "?Name=" + name));

        Assert.Equal(["a.txt"], await Nextcloud.NamesAsync(Folder));
    }
}
