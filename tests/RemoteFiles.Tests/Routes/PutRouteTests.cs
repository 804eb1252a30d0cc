namespace RemoteFiles.Tests.Routes;

/// <summary>PUT /remote/nextcloud/:account/*path, for a folder and for a file.</summary>
public sealed class PutRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_folder_is_made()
    {
        Expect.Created(await Cozy.PutAsync(Target("/Clouds") + "?Type=directory"));

        Assert.True((await Nextcloud.StatAsync(Folder + "/Clouds")).IsFolder);
    }

    [Fact]
    public async Task Without_a_Type_it_is_a_folder()
    {
        Expect.Created(await Cozy.PutAsync(Target("/Clouds")));

        Assert.True((await Nextcloud.StatAsync(Folder + "/Clouds")).IsFolder);
    }

    [Theory]
    [InlineData("?Type=directory")]
    [InlineData("?Type=file")]
    public async Task A_missing_parent_is_404(string query)
    {
        Expect.NotFound("parent directory does not exist", await Cozy.PutAsync(Target("/missing/Clouds") + query, RestClient.Body("x")));

        Assert.Empty(await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task A_folder_where_something_is_answers_409()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/folder");
        await Nextcloud.PutAsync(Folder + "/file.txt", "old");

        Expect.Conflict("it already exists", await Cozy.PutAsync(Target("/folder") + "?Type=directory"));
        Expect.Conflict("it already exists", await Cozy.PutAsync(Target("/file.txt") + "?Type=directory"));

        Assert.Equal("old", await Nextcloud.ReadAsync(Folder + "/file.txt"));
    }

    [Fact]
    public async Task A_file_is_uploaded()
    {
        Expect.Created(await Cozy.PutAsync(Target("/sunset.jpg") + "?Type=file", RestClient.Body("not really a picture", "image/jpeg")));

        Assert.Equal("not really a picture", await Nextcloud.ReadAsync(Folder + "/sunset.jpg"));
    }

    [Fact]
    public async Task An_empty_file_is_uploaded()
    {
        Expect.Created(await Cozy.PutAsync(Target("/empty.txt") + "?Type=file", RestClient.Body("")));

        Assert.Equal("0", (await Nextcloud.StatAsync(Folder + "/empty.txt")).Size);
    }

    [Fact]
    public async Task A_file_without_a_Content_Length_is_uploaded_whole()
    {
        var bytes = new byte[300_000];
        new Random(7).NextBytes(bytes);

        Expect.Created(await Cozy.PutAsync(Target("/chunked.bin") + "?Type=file", RestClient.ChunkedBody(bytes)));

        Assert.Equal(bytes, (await Cozy.GetAsync(Target("/chunked.bin") + "?Dl=1")).Body);
    }

    [Fact]
    public async Task A_large_file_arrives_byte_for_byte()
    {
        var bytes = new byte[5 * 1024 * 1024 + 3];
        new Random(7).NextBytes(bytes);

        Expect.Created(await Cozy.PutAsync(Target("/large.bin") + "?Type=file", RestClient.Body(bytes)));
        Expect.Conflict("it already exists", await Cozy.PutAsync(Target("/large.bin") + "?Type=file", RestClient.Body(new byte[bytes.Length])));

        Assert.Equal(bytes, (await Cozy.GetAsync(Target("/large.bin") + "?Dl=1")).Body);
    }

    [Fact]
    public async Task A_file_where_one_is_answers_409_and_leaves_the_old_content()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "old", LongAgo);
        var before = await Nextcloud.StatAsync(Folder + "/file.txt");

        Expect.Conflict("it already exists", await Cozy.PutAsync(Target("/file.txt") + "?Type=file", RestClient.Body("new")));

        Assert.Equal("old", await Nextcloud.ReadAsync(Folder + "/file.txt"));
        Assert.Equal(before, await Nextcloud.StatAsync(Folder + "/file.txt"));
    }

    [Fact]
    public async Task A_file_where_a_folder_is_answers_409()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/folder");

        Expect.Conflict("it already exists", await Cozy.PutAsync(Target("/folder") + "?Type=file", RestClient.Body("new")));

        Assert.True((await Nextcloud.StatAsync(Folder + "/folder")).IsFolder);
    }

    [Fact]
    public async Task A_file_below_a_file_is_404()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "old");

        Expect.NotFound("parent directory does not exist", await Cozy.PutAsync(Target("/file.txt/x") + "?Type=file", RestClient.Body("new")));
        Expect.NotFound("parent directory does not exist", await Cozy.PutAsync(Target("/file.txt/x") + "?Type=directory"));
    }

    [Fact]
    public async Task The_root_is_there_already()
    {
        Expect.Conflict("it already exists", await Cozy.PutAsync(Remote("/") + "?Type=directory"));
        Expect.Conflict("it already exists", await Cozy.PutAsync(Remote("/") + "?Type=file", RestClient.Body("x")));
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        var answer = await BrokenUpload.SendAsync(Fixture.Server.Address, Cozy, "PUT", Target("/broken.bin") + "?Type=file");

        Assert.DoesNotContain("HTTP/1.1 2", answer, StringComparison.Ordinal);
        Assert.Empty(await Nextcloud.NamesAsync(Folder));
    }
}
