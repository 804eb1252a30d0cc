using System.Globalization;
using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>/files: directories made, looked at and paged through.</summary>
public sealed class FilesDirectoryTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Root = "io.cozy.files.root-dir";

    [Fact]
    public async Task A_directory_is_made_in_another()
    {
        var parent = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=Photos&CreatedAt=2019-01-01T00:00:00Z&UpdatedAt=2020-01-01T00:00:00Z");

        var document = Directory(Ids.Data(answer), parent, "Photos", $"{Folder}/Photos", "2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z");
        Expect.Json(201, Expect.JsonApi, new JsonObject { ["data"] = document }.ToJsonString(), answer);
    }

    [Fact]
    public async Task Without_an_id_it_is_made_in_the_root()
    {
        var answer = await Cozy.PostAsync($"/files/?Type=directory&Name={Folder[1..]}");

        Expect.Status(201, answer);
        Assert.Equal((Root, Folder), ((string)Ids.Attributes(answer)["dir_id"]!, (string)Ids.Attributes(answer)["path"]!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&Type=shortcut")]
    public async Task Without_a_type_that_is_known_nothing_is_made(string type)
    {
        var parent = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync($"/files/{parent}?Name=sub{type}");

        const string expected = """
            {"errors":[{"status":"422","title":"Invalid Attribute","detail":"Invalid document type","source":{"pointer":"/data/attributes/type"}}]}
            """;
        Expect.Json(422, Expect.JsonApi, expected, answer);
        Assert.Empty(await DriveNamesAsync(parent));
    }

    [Fact]
    public async Task A_directory_is_made_by_path()
    {
        var parent = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync($"/files/?Type=directory&Path={Folder}/sub");

        Expect.Status(201, answer);
        Assert.Equal((parent, "sub"), ((string)Ids.Attributes(answer)["dir_id"]!, (string)Ids.Attributes(answer)["name"]!));
    }

    [Fact]
    public async Task By_path_a_missing_parent_is_404_and_with_Recursive_it_is_made()
    {
        Expect.NotFound("parent directory does not exist", await Cozy.PostAsync($"/files/?Type=directory&Path={Folder}/a/b"));
        Expect.NotFound("file does not exist", await Cozy.GetAsync("/files/metadata?Path=" + Folder));

        var made = await Cozy.PostAsync($"/files/?Type=directory&Path={Folder}/a/b&Recursive=true");
        var again = await Cozy.PostAsync($"/files/?Type=directory&Path={Folder}/a/b&Recursive=true");

        Expect.Status(201, made);
        Expect.Status(201, again);
        Assert.Equal(Ids.Of(made), Ids.Of(again));
        Assert.Equal(Folder + "/a/b", (string)Ids.Attributes(made)["path"]!);
    }

    [Fact]
    public async Task A_directory_that_was_there_keeps_its_times()
    {
        await MakeDirectoryAsync();
        var before = await Cozy.GetAsync("/files/metadata?Path=" + Folder);

        Expect.Status(201, await Cozy.PostAsync($"/files/?Type=directory&Path={Folder}&Recursive=true&CreatedAt=2019-01-01T00:00:00Z&UpdatedAt=2020-01-01T00:00:00Z"));

        Expect.Same(before.Text, (await Cozy.GetAsync("/files/metadata?Path=" + Folder)).Text);
    }

    [Fact]
    public async Task A_taken_name_is_409()
    {
        var parent = await MakeDirectoryAsync();
        await UploadAsync(parent, "file.txt", "x");
        Expect.Status(201, await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=sub"));

        Expect.Conflict("file already exists", await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=sub"));
        Expect.Conflict("file already exists", await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=file.txt"));
        Expect.Conflict("file already exists", await Cozy.PostAsync($"/files/?Type=directory&Path={Folder}/sub"));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public async Task An_unknown_parent_is_404(string id) => Expect.NotFound(
        "Parent directory with given DirID does not exist", await Cozy.PostAsync($"/files/{id}?Type=directory&Name=sub"));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a%2Fb")]
    [InlineData("a%00b")]
    [InlineData("a%0Ab")]
    [InlineData("a%0Db")]
    public async Task A_name_that_is_none_is_422(string name)
    {
        var parent = await MakeDirectoryAsync();

        var answer = await Cozy.PostAsync($"/files/{parent}?Type=directory&Name={name}");

        Expect.Error(422, "Invalid Parameter", "Invalid filename: empty or contains an illegal character", answer, "name");
        Assert.Empty(await DriveNamesAsync(parent));
    }

    [Fact]
    public async Task A_time_that_is_none_is_422() => Expect.Error(
        422, "Invalid Parameter", "Invalid time given", await Cozy.PostAsync($"/files/{Root}?Type=directory&Name=x&UpdatedAt=yesterday"), "UpdatedAt");

    [Fact]
    public async Task A_path_that_is_not_absolute_is_400()
    {
        Expect.BadRequest("Path should be absolute", await Cozy.PostAsync("/files/?Type=directory&Path=sub"));
        Expect.BadRequest("Path should be absolute", await Cozy.GetAsync("/files/metadata?Path=sub"));
        Expect.BadRequest("Path should be absolute", await Cozy.GetAsync("/files/metadata"));
        Expect.BadRequest("Path should be absolute", await Cozy.GetAsync("/files/download?Path=sub"));
    }

    [Fact]
    public async Task A_directory_is_answered_with_the_first_of_its_children()
    {
        var parent = await MakeDirectoryAsync();
        var file = await UploadAsync(parent, "a.txt", "x", "&CreatedAt=2019-01-01T00:00:00Z&UpdatedAt=2020-01-01T00:00:00Z");
        var made = await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=sub&CreatedAt=2019-01-01T00:00:00Z&UpdatedAt=2020-01-01T00:00:00Z");
        var sub = Ids.Of(made);

        var answer = await Cozy.GetAsync("/files/" + parent);

        Expect.Status(200, answer);
        var data = Ids.Data(answer);
        var self = "/files/" + parent;
        var expected = Directory(data, Root, Folder[1..], Folder, (string)Ids.Attributes(answer)["created_at"]!, (string)Ids.Attributes(answer)["updated_at"]!);
        expected["relationships"]!["contents"] = JsonNode.Parse($$"""
            {"links":{"self":"{{self}}/relationships/contents"},"meta":{"count":2},
             "data":[{"id":"{{sub}}","type":"io.cozy.files"},{"id":"{{file}}","type":"io.cozy.files"}]}
            """);
        expected["relationships"]!["not_synchronized_on"] = JsonNode.Parse($$"""{"links":{"self":"{{self}}/relationships/not_synchronized_on"},"data":[]}""");
        Expect.Json(200, Expect.JsonApi, new JsonObject
        {
            ["data"] = expected,
            ["included"] = new JsonArray(Ids.Data(made).DeepClone(), Ids.Data(await Cozy.GetAsync("/files/" + file)).DeepClone()),
            ["links"] = new JsonObject(),
        }.ToJsonString(), answer);
    }

    [Fact]
    public async Task A_directory_is_found_by_path_as_by_id()
    {
        var parent = await MakeDirectoryAsync();
        await UploadAsync(parent, "a.txt", "x");

        var byId = await Cozy.GetAsync("/files/" + parent);

        Expect.Json(200, Expect.JsonApi, byId.Text, await Cozy.GetAsync("/files/metadata?Path=" + Folder));
        Expect.Json(200, Expect.JsonApi, byId.Text, await Cozy.GetAsync("/files/metadata?Path=" + Targets.FormEncode(Folder + "/")));
    }

    [Fact]
    public async Task The_root_has_no_parent_and_does_not_show_the_trash()
    {
        await MakeDirectoryAsync();

        var answer = await Cozy.GetAsync("/files/" + Root);

        Expect.Status(200, answer);
        Assert.Equal("""{"data":null}""", Ids.Data(answer)["relationships"]!["parent"]!.ToJsonString());
        Assert.Equal(("directory", "", "/"), ((string)Ids.Attributes(answer)["type"]!, (string)Ids.Attributes(answer)["name"]!, (string)Ids.Attributes(answer)["path"]!));
        var names = await DriveNamesAsync(Root);
        Assert.Contains(Folder[1..], names);
        Assert.DoesNotContain(".cozy_trash", names);
        Assert.Equal(names.Count, (int)Ids.Data(answer)["relationships"]!["contents"]!["meta"]!["count"]!);
        Assert.Equal("/.cozy_trash", (string)Ids.Attributes(await Cozy.GetAsync("/files/io.cozy.files.trash-dir"))["path"]!);
    }

    [Fact]
    public async Task Children_come_in_pages_directories_first_then_by_name()
    {
        var parent = await MakeDirectoryAsync();
        foreach (var name in new[] { "b.txt", "a.txt", "c & d.txt" })
        {
            await UploadAsync(parent, name, "x");
        }

        Expect.Status(201, await Cozy.PostAsync($"/files/{parent}?Type=directory&Name=z"));
        var (target, pages) = ($"/files/{parent}/relationships/contents?page[limit]=2", new List<string>());
        while (target.Length > 0)
        {
            var page = await Cozy.GetAsync(target);
            Expect.Status(200, page);
            Assert.Equal(4, (int)JsonNode.Parse(page.Text)!["meta"]!["count"]!);
            pages.Add(string.Join('|', Ids.NamesIn(page)));
            target = (string?)JsonNode.Parse(page.Text)!["links"]?["next"] ?? "";
            Assert.True(target.Length == 0 || target.StartsWith($"/files/{parent}/relationships/contents?page%5Bcursor%5D=%5B%5B", StringComparison.Ordinal), target);
        }

        Assert.Equal(["z|a.txt", "b.txt|c & d.txt"], pages);
    }

    [Fact]
    public async Task The_pages_of_a_directory_have_links_on()
    {
        var parent = await MakeDirectoryAsync();
        for (var i = 0; i < 31; i++)
        {
            await UploadAsync(parent, string.Create(CultureInfo.InvariantCulture, $"{i:D2}.txt"), "x");
        }

        var first = await Cozy.GetAsync("/files/" + parent);
        var next = (string)JsonNode.Parse(first.Text)!["links"]!["next"]!;
        var second = await Cozy.GetAsync(next);

        Assert.Equal(30, JsonNode.Parse(first.Text)!["included"]!.AsArray().Count);
        Assert.Equal(next, (string)Ids.Data(first)["relationships"]!["contents"]!["links"]!["next"]!);
        Assert.StartsWith($"/files/{parent}?page%5Bcursor%5D=", next, StringComparison.Ordinal);
        Assert.EndsWith("&page%5Blimit%5D=30", next, StringComparison.Ordinal);
        Assert.Equal("30.txt", (string)Assert.Single(JsonNode.Parse(second.Text)!["included"]!.AsArray())!["attributes"]!["name"]!);
        Assert.Equal("{}", JsonNode.Parse(second.Text)!["links"]!.ToJsonString());
    }

    [Fact]
    public async Task Skip_passes_over_the_first_children()
    {
        var parent = await MakeDirectoryAsync();
        foreach (var name in new[] { "a.txt", "b.txt", "c.txt" })
        {
            await UploadAsync(parent, name, "x");
        }

        Assert.Equal(["b.txt", "c.txt"], Ids.NamesIn(await Cozy.GetAsync($"/files/{parent}/relationships/contents?page[skip]=1")));
    }

    [Theory]
    [InlineData("page[limit]=many", "page limit is not a number")]
    [InlineData("page[skip]=some", "page skip is not a number")]
    [InlineData("page[cursor]=nonsense", "bad json cursor nonsense")]
    [InlineData("page[cursor]=[1]", "bad cursor length [1]")]
    public async Task A_page_that_is_none_is_400(string query, string detail)
    {
        Expect.BadRequest(detail, await Cozy.GetAsync($"/files/{Root}?{query}"));
        Expect.BadRequest(detail, await Cozy.GetAsync($"/files/{Root}/relationships/contents?{query}"));
        Expect.BadRequest(detail, await Cozy.GetAsync($"/files/metadata?Path=/&{query}"));
    }

    [Fact]
    public async Task A_file_has_no_contents()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "x");

        Expect.BadRequest("a file has no contents", await Cozy.GetAsync($"/files/{file}/relationships/contents"));
    }

    [Fact]
    public async Task An_empty_directory_has_an_empty_list_of_children()
    {
        var parent = await MakeDirectoryAsync();

        Expect.Json(
            200, Expect.JsonApi, """{"data":[],"meta":{"count":0},"links":{}}""", await Cozy.GetAsync($"/files/{parent}/relationships/contents"));
    }

    [Fact]
    public async Task What_is_unknown_is_404()
    {
        Expect.NotFound("file does not exist", await Cozy.GetAsync("/files/unknown"));
        Expect.NotFound("file does not exist", await Cozy.GetAsync("/files/unknown/relationships/contents"));
        Expect.NotFound("file does not exist", await Cozy.GetAsync("/files/metadata?Path=/unknown"));
        var head = await Cozy.HeadAsync("/files/unknown");
        Expect.Status(404, head);
        Assert.Empty(head.Body);
    }

    [Fact]
    public async Task HEAD_says_that_it_is_there()
    {
        var head = await Cozy.HeadAsync("/files/" + await MakeDirectoryAsync());

        Expect.Status(200, head);
        Assert.Equal(Expect.JsonApi, head.ContentType);
        Assert.Empty(head.Body);
    }

    private JsonObject Directory(JsonNode data, string parent, string name, string path, string created, string updated)
    {
        var (id, rev) = ((string)data["id"]!, (string)data["meta"]!["rev"]!);
        var metadata = data["attributes"]!["cozyMetadata"]!;
        Assert.Matches(@"^\d+-[0-9a-f]{32}$", rev);
        return JsonNode.Parse($$"""
            {"type":"io.cozy.files","id":"{{id}}",
             "attributes":{"type":"directory","name":"{{name}}","dir_id":"{{parent}}","path":"{{path}}","created_at":"{{created}}","updated_at":"{{updated}}",
               "cozyMetadata":{"doctypeVersion":"1","metadataVersion":1,"createdAt":"{{(string)metadata["createdAt"]!}}","createdOn":"https://{{Cozy.Domain}}/",
                 "updatedAt":"{{(string)metadata["updatedAt"]!}}" } },
             "meta":{"rev":"{{rev}}"},"links":{"self":"/files/{{id}}"},
             "relationships":{"parent":{"links":{"self":"/files/{{parent}}"},"data":{"id":"{{parent}}","type":"io.cozy.files"} },
               "referenced_by":{"links":{"self":"/files/{{id}}/relationships/references"},"data":null} } }
            """)!.AsObject();
    }
}
