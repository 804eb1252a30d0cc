namespace RemoteFiles.Tests.Routes;

/// <summary>POST /files/:id/copy and GET /files/:id/size</summary>
public sealed class FilesCopyTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_copy_is_a_document_of_its_own_with_the_same_content()
    {
        var parent = await MakeDirectoryAsync();
        var target = Ids.Of(await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=target"));
        var file = await UploadAsync(parent, "a.txt", "hello");
        var original = Ids.Data(await Cozy.GetAsync("/files/" + file));

        var answer = await Cozy.PostAsync($"/files/{file}/copy?Name=b.txt&DirID={target}");

        Expect.Status(201, answer);
        Assert.Equal(Expect.JsonApi, answer.ContentType);
        Assert.NotEqual(file, Ids.Of(answer));
        Assert.Equal(("b.txt", target), ((string)Ids.Attributes(answer)["name"]!, (string)Ids.Attributes(answer)["dir_id"]!));
        Assert.Equal((string)original["attributes"]!["md5sum"]!, (string)Ids.Attributes(answer)["md5sum"]!);
        Assert.Equal((string)original["attributes"]!["updated_at"]!, (string)Ids.Attributes(answer)["updated_at"]!);
        Assert.StartsWith("1-", (string)Ids.Data(answer)["meta"]!["rev"]!, StringComparison.Ordinal);
        Expect.Same(original.ToJsonString(), Ids.Data(await Cozy.GetAsync("/files/" + file)).ToJsonString());
        Expect.Status(200, await Cozy.PutAsync("/files/" + file, RestClient.Body("changed")));
        Assert.Equal("hello", (await Cozy.GetAsync("/files/download/" + Ids.Of(answer))).Text);
    }

    [Fact]
    public async Task Without_a_name_it_keeps_its_own_where_that_is_free_and_is_marked_as_a_copy_where_not()
    {
        var parent = await MakeDirectoryAsync();
        var target = Ids.Of(await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=target"));
        var file = await UploadAsync(parent, "a.txt", "hello");

        Expect.Status(201, await Cozy.PostAsync($"/files/{file}/copy?DirID={target}"));
        Expect.Status(201, await Cozy.PostAsync($"/files/{file}/copy"));
        Expect.Status(201, await Cozy.PostAsync($"/files/{file}/copy?Name=&DirID="));

        Assert.Equal(["a.txt"], await DriveNamesAsync(target));
        Assert.Equal(["target", "a (copy) (2).txt", "a (copy).txt", "a.txt"], await DriveNamesAsync(parent));
    }

    [Fact]
    public async Task The_mark_is_in_the_language_of_the_instance()
    {
        var french = await Fixture.AddInstanceAsync($"{Folder[1..]}.example", "fr");
        var file = Ids.Of(await french.PostAsync("/files/?Type=file&Name=a.txt", RestClient.Body("x")));

        Assert.Equal("a (copie).txt", (string)Ids.Attributes(await french.PostAsync($"/files/{file}/copy"))["name"]!);
    }

    [Fact]
    public async Task A_directory_is_copied_with_what_is_in_it_but_not_into_itself()
    {
        var parent = await MakeDirectoryAsync();
        var source = Ids.Of(await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=source"));
        await UploadAsync(source, "a.txt", "hello");

        var answer = await Cozy.PostAsync($"/files/{source}/copy?Name=other");

        Expect.Status(201, answer);
        Assert.Equal(["a.txt"], await DriveNamesAsync(Ids.Of(answer)));
        Expect.Error(
            412, "Precondition Failed", "Forbidden document move", await Cozy.PostAsync($"/files/{source}/copy?DirID={source}"), "dir-id");
        Assert.Equal(["a.txt"], await DriveNamesAsync(source));
    }

    [Fact]
    public async Task A_taken_name_is_409_one_that_is_none_422_and_what_is_unknown_404()
    {
        var parent = await MakeDirectoryAsync();
        var file = await UploadAsync(parent, "a.txt", "hello");
        await UploadAsync(parent, "b.txt", "other");

        Expect.Conflict("file already exists", await Cozy.PostAsync($"/files/{file}/copy?Name=b.txt"));
        Expect.Error(
            422,
            "Invalid Parameter",
            "Invalid filename: empty or contains an illegal character",
            await Cozy.PostAsync($"/files/{file}/copy?Name=a%2Fb"),
            "name");
        Expect.NotFound("file does not exist", await Cozy.PostAsync("/files/unknown/copy"));
        Expect.NotFound("Parent directory with given DirID does not exist", await Cozy.PostAsync($"/files/{file}/copy?DirID=unknown"));
        Expect.NotFound("Parent directory is in the trash", await Cozy.PostAsync($"/files/{file}/copy?DirID=io.cozy.files.trash-dir"));
        Assert.Equal(["a.txt", "b.txt"], await DriveNamesAsync(parent));
    }

    [Fact]
    public async Task A_copy_that_has_no_room_is_413()
    {
        var small = await Fixture.AddInstanceAsync($"{Folder[1..]}.example", quota: 10);
        var file = Ids.Of(await small.PostAsync("/files/?Type=file&Name=six", RestClient.Body("123456")));

        Expect.Error(
            413, "Request Entity Too Large", "The file is too big and exceeds the disk quota", await small.PostAsync($"/files/{file}/copy?Name=other"));
        Assert.Equal(["six"], Ids.NamesIn(await small.GetAsync("/files/io.cozy.files.root-dir/relationships/contents")));
    }

    [Fact]
    public async Task The_size_of_a_directory_is_that_of_all_files_below_it()
    {
        var parent = await MakeDirectoryAsync();
        var sub = Ids.Of(await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=sub"));
        var empty = Ids.Of(await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=empty"));
        var file = await UploadAsync(sub, "a.txt", "hello");
        await UploadAsync(parent, "b.txt", "hello world");

        foreach (var (id, size) in new[] { (parent, 16), (sub, 5), (empty, 0), (file, 5) })
        {
            Expect.Json(
                200,
                Expect.JsonApi,
                $$"""{"data":{"type":"io.cozy.files.sizes","id":"{{id}}","attributes":{"size":"{{size}}"},"meta":{} } }""",
                await Cozy.GetAsync($"/files/{id}/size"));
        }

        Expect.NotFound("file does not exist", await Cozy.GetAsync("/files/unknown/size"));
    }

    [Fact]
    public async Task HEAD_of_a_file_has_the_head_of_GET_and_no_body()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");

        var (whole, head) = (await Cozy.GetAsync("/files/" + file), await Cozy.HeadAsync("/files/" + file));

        Expect.Status(200, head);
        Assert.Equal((Expect.JsonApi, whole.Header("Content-Length")), (head.ContentType, head.Header("Content-Length")));
        Assert.Empty(head.Body);
    }

    [Fact]
    public async Task A_copy_takes_POST_and_a_size_takes_GET()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");
        var reader = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.files:GET"));
        var writer = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.files:POST"));

        Expect.Status(403, await reader.PostAsync($"/files/{file}/copy"));
        Expect.Status(200, await reader.GetAsync($"/files/{file}/size"));
        Expect.Status(403, await writer.GetAsync($"/files/{file}/size"));
        Expect.Status(403, await writer.HeadAsync("/files/" + file));
        Expect.Status(201, await writer.PostAsync($"/files/{file}/copy"));
    }
}
