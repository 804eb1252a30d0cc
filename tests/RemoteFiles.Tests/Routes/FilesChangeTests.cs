using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>PATCH /files/:id and PATCH /files/metadata?Path=</summary>
public sealed class FilesChangeTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Root = "io.cozy.files.root-dir";
    private const string TrashId = "io.cozy.files.trash-dir";

    [Fact]
    public async Task A_renamed_file_is_answered_whole_with_its_id_and_its_next_revision()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");
        var before = Ids.Data(await Cozy.GetAsync("/files/" + file));

        var answer = await PatchAsync("/files/" + file, """{"name":"b.md"}""");

        var expected = before.DeepClone();
        expected["attributes"]!["name"] = "b.md";
        expected["attributes"]!["mime"] = "text/markdown";
        expected["meta"]!["rev"] = RevOf(answer);
        Expect.Json(200, Expect.JsonApi, new JsonObject { ["data"] = expected }.ToJsonString(), answer);
        Assert.StartsWith("2-", RevOf(answer), StringComparison.Ordinal);
        Expect.Json(200, Expect.JsonApi, answer.Text, await Cozy.GetAsync("/files/" + file));
    }

    [Theory]
    [InlineData("""{"attributes":{"dir_id":"TARGET"}}""")]
    [InlineData("""{"attributes":{},"relationships":{"parent":{"data":{"id":"TARGET","type":"io.cozy.files"}}}}""")]
    [InlineData("""{"relationships":{"parent":{"data":{"id":"TARGET"}}}}""")]
    public async Task A_directory_is_moved_with_what_is_in_it(string data)
    {
        var parent = await MakeDirectoryAsync();
        var (source, target) = (await MakeInAsync(parent, "source"), await MakeInAsync(parent, "target"));
        var file = await UploadAsync(source, "a.txt", "hello");

        var answer = await SendAsync("/files/" + source, data.Replace("TARGET", target, StringComparison.Ordinal));

        Expect.Status(200, answer);
        Assert.Equal($"{Folder}/target/source", (string)Ids.Attributes(answer)["path"]!);
        Assert.Equal(1, (int)Ids.Data(answer)["relationships"]!["contents"]!["meta"]!["count"]!);
        Assert.Equal(file, Ids.Of(await Cozy.GetAsync($"/files/metadata?Path={Folder}/target/source/a.txt")));
        Assert.Equal(["target"], await DriveNamesAsync(parent));
    }

    [Fact]
    public async Task A_document_is_changed_by_path()
    {
        var parent = await MakeDirectoryAsync();
        var file = await UploadAsync(parent, "a.txt", "hello");

        var answer = await PatchAsync($"/files/metadata?Path={Folder}/a.txt", """{"name":"b.txt"}""");

        Expect.Status(200, answer);
        Assert.Equal(file, Ids.Of(answer));
        Assert.Equal(["b.txt"], await DriveNamesAsync(parent));
        Expect.NotFound("file does not exist", await PatchAsync($"/files/metadata?Path={Folder}/a.txt", """{"name":"c.txt"}"""));
        Expect.BadRequest("Path should be absolute", await PatchAsync("/files/metadata?Path=a.txt", """{"name":"c.txt"}"""));
    }

    [Fact]
    public async Task A_time_and_the_executable_flag_are_set_and_the_rest_stays()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello", "&CreatedAt=2019-01-01T00:00:00Z");

        var answer = await PatchAsync("/files/" + file, """{"updated_at":"2020-02-03T04:05:06.5Z","executable":true}""");

        var attributes = Ids.Attributes(answer);
        Assert.Equal(("2019-01-01T00:00:00Z", "2020-02-03T04:05:06.5Z"), ((string)attributes["created_at"]!, (string)attributes["updated_at"]!));
        Assert.Equal(("a.txt", true), ((string)attributes["name"]!, (bool)attributes["executable"]!));
        var later = Ids.Attributes(await PatchAsync("/files/" + file, """{"name":"b.txt"}"""));
        Assert.Equal(("2020-02-03T04:05:06.5Z", true), ((string)later["updated_at"]!, (bool)later["executable"]!));
        Assert.False((bool)Ids.Attributes(await PatchAsync("/files/" + file, """{"executable":false}"""))["executable"]!);
    }

    [Theory]
    [InlineData("2018-12-31T23:59:59Z")]
    [InlineData("yesterday")]
    public async Task A_time_before_the_creation_or_that_is_none_is_422_and_nothing_changes(string time)
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello", "&CreatedAt=2019-01-01T00:00:00Z");
        var before = await Cozy.GetAsync("/files/" + file);

        var answer = await PatchAsync("/files/" + file, $$"""{"name":"b.txt","updated_at":"{{time}}"}""");

        Expect.Error(422, "Invalid Parameter", "Invalid time given", answer, "UpdatedAt");
        Expect.Same(before.Text, (await Cozy.GetAsync("/files/" + file)).Text);
    }

    [Fact]
    public async Task A_revision_that_is_not_the_current_one_is_412_and_an_empty_one_is_none()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");
        var first = RevOf(await Cozy.GetAsync("/files/" + file));

        var second = RevOf(await PatchAsync("/files/" + file, """{"name":"b.txt"}""", ("If-Match", first)));
        var stale = await PatchAsync("/files/" + file, """{"name":"c.txt"}""", ("If-Match", first));
        var staleQuery = await PatchAsync($"/files/{file}?rev={first}", """{"name":"c.txt"}""");

        Expect.Error(412, "Precondition Failed", "Revision does not match", stale, "If-Match");
        Expect.Error(412, "Precondition Failed", "Revision does not match", staleQuery, "If-Match");
        Assert.Equal(second, RevOf(await Cozy.GetAsync("/files/" + file)));
        Expect.Status(200, await PatchAsync($"/files/{file}?rev={second}", """{"name":"c.txt"}"""));
        Expect.Status(200, await PatchAsync($"/files/{file}?rev=", """{"name":"d.txt"}""", ("If-Match", "")));
    }

    [Fact]
    public async Task Of_two_changes_of_one_revision_at_once_one_wins_and_one_is_412()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "hello");
        var rev = RevOf(await Cozy.GetAsync("/files/" + file));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PatchAsync("/files/" + file, $$"""{"name":"{{i}}.txt"}""", ("If-Match", rev))));

        Assert.Equal([200, 412, 412, 412, 412, 412, 412, 412], answers.Select(answer => answer.Status).Order());
        Assert.Equal([$"{Array.FindIndex(answers, answer => answer.Status == 200)}.txt"], await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task A_directory_does_not_go_into_itself()
    {
        var parent = await MakeDirectoryAsync();
        var sub = await MakeInAsync(parent, "sub");

        foreach (var target in new[] { parent, sub })
        {
            var answer = await PatchAsync("/files/" + parent, $$"""{"dir_id":"{{target}}"}""");
            Expect.Error(412, "Precondition Failed", "Forbidden document move", answer, "dir-id");
        }

        Assert.Equal(Folder + "/sub", (string)Ids.Attributes(await Cozy.GetAsync("/files/" + sub))["path"]!);
    }

    [Fact]
    public async Task A_taken_name_is_409_and_its_own_name_is_not_taken()
    {
        var parent = await MakeDirectoryAsync();
        var file = await UploadAsync(parent, "a.txt", "hello");
        var sub = await MakeInAsync(parent, "sub");
        await UploadAsync(sub, "a.txt", "other");

        Expect.Conflict("file already exists", await PatchAsync("/files/" + file, """{"name":"sub"}"""));
        Expect.Conflict("file already exists", await PatchAsync("/files/" + file, $$"""{"dir_id":"{{sub}}"}"""));
        Expect.Status(200, await PatchAsync("/files/" + file, $$"""{"name":"a.txt","dir_id":"{{parent}}"}"""));
        Assert.Equal(["sub", "a.txt"], await DriveNamesAsync(parent));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    public async Task A_name_that_is_none_is_422(string name)
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");

        var answer = await PatchAsync("/files/" + file, $$"""{"name":"{{name}}"}""");

        Expect.Error(422, "Invalid Parameter", "Invalid filename: empty or contains an illegal character", answer, "name");
    }

    [Fact]
    public async Task What_is_unknown_is_404_and_so_is_a_target_that_is_no_directory()
    {
        var directory = await MakeDirectoryAsync();
        var (file, other) = (await UploadAsync(directory, "a.txt", "x"), await UploadAsync(directory, "b.txt", "x"));

        Expect.NotFound("file does not exist", await PatchAsync("/files/unknown", """{"name":"b.txt"}"""));
        foreach (var target in new[] { "unknown", other, "" })
        {
            Expect.NotFound("Parent directory with given DirID does not exist", await PatchAsync("/files/" + file, $$"""{"dir_id":"{{target}}"}"""));
        }

        Expect.NotFound("Parent directory is in the trash", await PatchAsync("/files/" + file, $$"""{"dir_id":"{{TrashId}}"}"""));
    }

    [Theory]
    [InlineData(Root)]
    [InlineData(TrashId)]
    public async Task The_root_and_the_trash_stay_as_they_are(string id)
    {
        foreach (var change in new[] { """{"name":"x"}""", """{"move_to_trash":true}""", """{"permanent_delete":true}""" })
        {
            Expect.Error(403, "Forbidden", "the root and the trash cannot be moved or deleted", await PatchAsync("/files/" + id, change));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"data":1}""")]
    [InlineData("""{"data":{"attributes":{"executable":"maybe"}}}""")]
    [InlineData("""{"data":{"attributes":{"tags":"red"}}}""")]
    [InlineData("""{"data":{"attributes":{"tags":[1]}}}""")]
    [InlineData("""{"data":{"attributes":{"metadata":[]}}}""")]
    public async Task A_body_that_is_no_document_is_400(string body) => Expect.BadRequest(
        "JSON input is malformed or is missing mandatory fields",
        await Cozy.SendAsync("PATCH", "/files/" + await MakeDirectoryAsync(), RestClient.JsonBody(body)));

    [Fact]
    public async Task The_body_may_be_called_JSON_API()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "x");

        var answer = await Cozy.SendAsync("PATCH", "/files/" + file, RestClient.Body("""{"data":{"attributes":{"name":"b.txt"}}}""", Expect.JsonApi));

        Assert.Equal("b.txt", (string)Ids.Attributes(answer)["name"]!);
    }

    [Fact]
    public async Task Move_to_trash_puts_it_there()
    {
        var parent = await MakeDirectoryAsync();
        var file = await UploadAsync(parent, "a.txt", "hello");

        var answer = await PatchAsync("/files/" + file, """{"move_to_trash":true}""");

        Expect.Status(200, answer);
        Assert.Equal((TrashId, Folder), ((string)Ids.Attributes(answer)["dir_id"]!, (string)Ids.Attributes(answer)["restore_path"]!));
        Assert.Empty(await DriveNamesAsync(parent));
        Expect.Error(412, "Precondition Failed", "Forbidden document move", await PatchAsync("/files/" + file, """{"name":"b.txt"}"""), "dir-id");
    }

    [Fact]
    public async Task Permanent_delete_answers_what_was_there_and_it_is_gone()
    {
        var parent = await MakeDirectoryAsync();
        var file = await UploadAsync(await MakeInAsync(parent, "sub"), "a.txt", "hello");
        var before = await Cozy.GetAsync("/files/" + file);

        var stale = await PatchAsync("/files/" + file, """{"permanent_delete":true}""", ("If-Match", "9-x"));
        var answer = await PatchAsync("/files/" + file, """{"permanent_delete":true}""", ("If-Match", RevOf(before)));

        Expect.Error(412, "Precondition Failed", "Revision does not match", stale, "If-Match");
        Expect.Json(200, Expect.JsonApi, before.Text, answer);
        Expect.NotFound("file does not exist", await Cozy.GetAsync("/files/" + file));
        Expect.Status(200, await PatchAsync("/files/" + parent, """{"permanent_delete":true}"""));
        Expect.NotFound("file does not exist", await Cozy.GetAsync($"/files/metadata?Path={Folder}/sub"));
    }

    [Fact]
    public async Task A_token_without_PATCH_changes_nothing()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");
        var reader = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.files:GET,POST,PUT,DELETE"));

        foreach (var target in new[] { "/files/" + file, $"/files/metadata?Path={Folder}/a.txt" })
        {
            Expect.Status(403, await reader.SendAsync("PATCH", target, RestClient.JsonBody("""{"data":{"attributes":{"name":"b.txt"}}}""")));
        }

        Assert.Equal("a.txt", (string)Ids.Attributes(await reader.GetAsync("/files/" + file))["name"]!);
    }

    private static string RevOf(Answer answer) => (string)Ids.Data(answer)["meta"]!["rev"]!;

    private Task<Answer> PatchAsync(string target, string attributes, params (string Name, string Value)[] headers) =>
        SendAsync(target, $$"""{"type":"io.cozy.files","attributes":{{attributes}}}""", headers);

    private Task<Answer> SendAsync(string target, string data, params (string Name, string Value)[] headers) =>
        Cozy.SendAsync("PATCH", target, RestClient.JsonBody($$"""{"data":{{data}}}"""), headers);

    private async Task<string> MakeInAsync(string parent, string name)
    {
        var answer = await Cozy.PostAsync($"/files/{parent}?Type=directory&Name={name}");
        Expect.Status(201, answer);
        return Ids.Of(answer);
    }
}
