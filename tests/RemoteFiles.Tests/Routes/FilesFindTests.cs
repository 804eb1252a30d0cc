using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>POST /files/_find and POST /files/_all_docs</summary>
public sealed class FilesFindTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Theory]
    [InlineData("""{"dir_id":"{dir}"}""", "a.txt b.jpg c.txt sub")]
    [InlineData("""{"dir_id":"{dir}","type":"file"}""", "a.txt b.jpg c.txt")]
    [InlineData("""{"dir_id":{"$eq":"{dir}"},"type":"directory"}""", "sub")]
    [InlineData("""{"dir_id":"{dir}","name":"b.jpg"}""", "b.jpg")]
    [InlineData("""{"dir_id":"{dir}","name":{"$gt":"a.txt"}}""", "b.jpg c.txt sub")]
    [InlineData("""{"dir_id":"{dir}","class":"image"}""", "b.jpg")]
    [InlineData("""{"dir_id":"{dir}","trashed":false}""", "a.txt b.jpg c.txt")]
    [InlineData("""{"dir_id":"{dir}","size":"5"}""", "a.txt")]
    [InlineData("""{"dir_id":"{dir}","tags":{"$in":["red"]}}""", "c.txt")]
    [InlineData("""{"dir_id":"{dir}","updated_at":{"$gt":"2020-01-01T00:00:00Z"}}""", "a.txt b.jpg sub")]
    [InlineData("""{"dir_id":"{dir}","cozyMetadata.createdAt":{"$exists":true}}""", "a.txt b.jpg c.txt sub")]
    [InlineData("""{"path":"{path}/sub"}""", "sub")]
    [InlineData("""{"path":"{path}/sub/deep.txt"}""", "deep.txt")]
    [InlineData("""{"path":{"$gte":"{path}/sub/","$lt":"{path}/sub0"}}""", "deep.txt gone.txt")]
    [InlineData("""{"_id":"{dir}"}""", "{name}")]
    [InlineData("""{"$or":[{"name":"deep.txt"},{"name":"a.txt"}],"path":{"$gte":"{path}/","$lt":"{path}0"}}""", "a.txt deep.txt")]
    [InlineData("""{"dir_id":"{dir}","name":"unknown"}""", "")]
    [InlineData("""{"dir_id":"unknown"}""", "")]
    public async Task A_selector_finds_what_it_describes(string selector, string names)
    {
        var dir = await MakeFilesAsync();

        var found = Ids.NamesIn(await FindAsync(Fill(selector, dir)));

        Assert.Equal(Fill(names, dir).Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_file_is_found_as_it_is_read_with_its_path_beside()
    {
        var dir = await MakeDirectoryAsync();
        var file = await UploadAsync(dir, "a.txt", "hello");
        var expected = Ids.Data(await Cozy.GetAsync("/files/" + file)).DeepClone();
        expected["attributes"]!["path"] = Folder + "/a.txt";

        var answer = await Cozy.PostAsync("/files/_find", RestClient.JsonBody($$"""{"selector":{"dir_id":"{{dir}}"},"fields":["name"],"use_index":"_design/x"}"""));

        Expect.Json(200, Expect.JsonApi, new JsonObject { ["data"] = new JsonArray(expected), ["meta"] = new JsonObject { ["count"] = 1 }, ["links"] = new JsonObject() }.ToJsonString(), answer);
    }

    [Fact]
    public async Task Nothing_found_is_an_empty_list() => Expect.Json(
        200, Expect.JsonApi, """{"data":[],"meta":{"count":0},"links":{}}""", await FindAsync($$"""{"dir_id":"{{await MakeDirectoryAsync()}}"}"""));

    [Fact]
    public async Task What_lies_in_the_trash_is_found_and_said_to_be_there()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), $"{Folder[1..]}.txt", "hello");
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + file));

        var found = Ids.Data(await FindAsync($$"""{"name":"{{Folder[1..]}}.txt","trashed":true}"""));

        Assert.Equal((file, $"/.cozy_trash/{Folder[1..]}.txt"), ((string)found[0]!["id"]!, (string)found[0]!["attributes"]!["path"]!));
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","sort":["name"]""")]
    [InlineData(""","sort":[{"type":"desc"},{"name":"desc"}]""")]
    [InlineData(""","sort":[{"size":"asc"},{"name":"asc"}]""")]
    public async Task Pages_follow_one_another_by_their_link_by_their_bookmark_and_by_skip(string sort)
    {
        var dir = await MakeDirectoryAsync();
        for (var i = 0; i < 11; i++)
        {
            await UploadAsync(dir, $"{i % 3}-{i}", new string('x', i % 4));
        }

        var whole = Ids.NamesIn(await FindAsync($$"""{"dir_id":"{{dir}}"}""", sort));
        var (linked, marked, skipped) = (new List<string>(), new List<string>(), new List<string>());
        for (var next = "/files/_find"; next is not null;)
        {
            var mark = next.Contains('=', StringComparison.Ordinal) ? $$""","bookmark":"{{next.Split('=')[1]}}" """ : "";
            var page = await Cozy.PostAsync(next, Body(""));
            marked.AddRange(Ids.NamesIn(await Cozy.PostAsync("/files/_find", Body(mark))));
            skipped.AddRange(Ids.NamesIn(await Cozy.PostAsync("/files/_find", Body($$""","skip":{{skipped.Count}}"""))));
            linked.AddRange(Ids.NamesIn(page));
            next = (string?)JsonNode.Parse(page.Text)!["links"]!["next"];
            Assert.Equal(next is null ? 3 : 2147483646, (long)JsonNode.Parse(page.Text)!["meta"]!["count"]!);
        }

        Assert.Equal(11, whole.Distinct().Count());
        Assert.Equal(whole, linked);
        Assert.Equal(whole, marked);
        Assert.Equal(whole, skipped);

        HttpContent Body(string more) => RestClient.JsonBody($$"""{"selector":{"dir_id":"{{dir}}"},"limit":4{{sort}}{{more}} }""");
    }

    [Theory]
    [InlineData("""{"selector":{"name":{"$like":1}}}""")]
    [InlineData("""{"selector":{},"bookmark":"nonsense"}""")]
    [InlineData("""{"selector":{},"sort":["name"],"bookmark":"WyJ4Il0"}""")]
    [InlineData("""{"limit":1}""")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_question_that_is_none_is_400(string body) => Expect.Status(400, await Cozy.PostAsync("/files/_find", RestClient.JsonBody(body)));

    [Fact]
    public async Task Documents_are_listed_by_their_ids_without_those_that_are_unknown()
    {
        var dir = await MakeFilesAsync();
        var file = Ids.Of(await Cozy.GetAsync($"/files/metadata?Path={Folder}/a.txt"));

        var some = await Cozy.PostAsync("/files/_all_docs?include_docs=true", RestClient.JsonBody($$"""{"keys":["{{file}}","unknown","{{dir}}"]}"""));
        var all = await Cozy.PostAsync("/files/_all_docs", null);

        Assert.Equal((200, Expect.JsonApi), (some.Status, some.ContentType));
        Assert.Equal([file, dir], Ids.Data(some).AsArray().Select(one => (string)one!["id"]!));
        Assert.Equal($"{Folder}/a.txt", (string)Ids.Data(some)[0]!["attributes"]!["path"]!);
        Assert.Contains("deep.txt", Ids.NamesIn(all));
        Expect.Json(200, Expect.JsonApi, """{"data":[],"meta":{"count":0}}""", await Cozy.PostAsync("/files/_all_docs", RestClient.JsonBody("""{"keys":[]}""")));
    }

    private Task<Answer> FindAsync(string selector, string more = "") =>
        Cozy.PostAsync("/files/_find", RestClient.JsonBody($$"""{"selector":{{selector}}{{more}} }"""));

    private string Fill(string text, string dir) => text
        .Replace("{dir}", dir, StringComparison.Ordinal).Replace("{path}", Folder, StringComparison.Ordinal).Replace("{name}", Folder[1..], StringComparison.Ordinal);

    private async Task<string> MakeFilesAsync()
    {
        var dir = await MakeDirectoryAsync();
        await UploadAsync(dir, "a.txt", "hello");
        await UploadAsync(dir, "b.jpg", "image");
        Expect.Status(200, await Cozy.PutAsync("/files/" + Ids.Of(await Cozy.GetAsync($"/files/metadata?Path={Folder}/b.jpg")), RestClient.Body("a longer image")));
        await UploadAsync(dir, "c.txt", "old", "&Tags=red,blue&CreatedAt=2019-01-01T00:00:00Z");
        var sub = Ids.Of(await Cozy.PostAsync($"/files/{dir}?Type=directory&Name=sub"));
        await UploadAsync(sub, "deep.txt", "deep");
        await UploadAsync(sub, "gone.txt", "gone");
        return dir;
    }
}
