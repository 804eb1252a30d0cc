using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>POST /files/downloads, and the links that it gives: GET /files/downloads/:secret/:name</summary>
public sealed class FilesLinkTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Theory]
    [InlineData("Id={id}")]
    [InlineData("Path={path}")]
    public async Task A_link_downloads_its_file_without_a_token(string query)
    {
        var (id, path) = await MakeAsync("a b.txt", "hello");
        var document = (await Cozy.GetAsync("/files/" + id)).Text;

        var answer = await Cozy.PostAsync("/files/downloads?" + query.Replace("{id}", id, StringComparison.Ordinal).Replace("{path}", Uri.EscapeDataString(path), StringComparison.Ordinal));

        var link = LinkOf(answer);
        var expected = JsonNode.Parse(document)!;
        expected["links"] = new JsonObject { ["related"] = link };
        Expect.Json(200, Expect.JsonApi, expected.ToJsonString(), answer);
        Assert.EndsWith("/a%20b.txt", link, StringComparison.Ordinal);
        var download = await Cozy.With(null).GetAsync(link);
        Assert.Equal((200, "hello", "text/plain"), (download.Status, download.Text, download.ContentType));
        Assert.Equal("inline; filename=\"ab.txt\"; filename*=UTF-8''a%20b.txt", download.Header("Content-Disposition"));
        Assert.Equal("attachment; filename=\"ab.txt\"; filename*=UTF-8''a%20b.txt", (await Cozy.With(null).GetAsync(link + "?Dl=1")).Header("Content-Disposition"));
    }

    [Fact]
    public async Task A_link_takes_ranges_conditions_and_HEAD()
    {
        var (id, _) = await MakeAsync("a.txt", "0123456789");
        var link = LinkOf(await Cozy.PostAsync("/files/downloads?Id=" + id));
        var anyone = Cozy.With(null);

        var part = await anyone.GetAsync(link, ("Range", "bytes=2-4"));
        Assert.Equal((206, "234", "bytes 2-4/10"), (part.Status, part.Text, part.Header("Content-Range")));
        var head = await anyone.HeadAsync(link);
        Assert.Equal((200, "10", 0), (head.Status, head.Header("Content-Length"), head.Body.Length));
        Expect.Status(304, await anyone.GetAsync(link, ("If-None-Match", head.Header("ETag")!)));
        Expect.Status(416, await anyone.GetAsync(link, ("Range", "bytes=10-")));
    }

    [Theory]
    [InlineData("a%2520b", "a%20b")]
    [InlineData("a%20b", "a%20b")]
    [InlineData("100%2525", "100%25")]
    [InlineData("%252e%252e%252fx", "..x")]
    public async Task The_name_of_a_link_is_the_one_that_was_asked_for(string filename, string name)
    {
        var (id, _) = await MakeAsync("a.txt", "hello");

        var link = LinkOf(await Cozy.PostAsync($"/files/downloads?Id={id}&Filename={filename}"));

        Assert.EndsWith("/" + name, link, StringComparison.Ordinal);
        Assert.Equal("hello", (await Cozy.With(null).GetAsync(link)).Text);
    }

    [Fact]
    public async Task A_link_ends_after_an_hour()
    {
        var (id, _) = await MakeAsync("a.txt", "hello");
        var link = LinkOf(await Cozy.PostAsync("/files/downloads?Id=" + id));
        try
        {
            Fixture.Server.Clock.Shift = TimeSpan.FromMinutes(59);
            Expect.Status(200, await Cozy.With(null).GetAsync(link));
            Fixture.Server.Clock.Shift = TimeSpan.FromMinutes(61);
            Expect.BadRequest("Wrong download token", await Cozy.With(null).GetAsync(link));
        }
        finally
        {
            Fixture.Server.Clock.Shift = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task A_link_opens_one_file_of_one_instance_and_nothing_that_resembles_it()
    {
        var (id, _) = await MakeAsync("a.txt", "hello");
        var link = LinkOf(await Cozy.PostAsync("/files/downloads?Id=" + id));
        var secret = link.Split('/')[3];
        var other = await Fixture.AddInstanceAsync($"{Folder[1..]}.example");

        Expect.BadRequest("Wrong download token", await other.With(null).GetAsync(link));
        for (var i = 0; i < secret.Length; i += 7)
        {
            var changed = secret[..i] + (secret[i] == 'A' ? 'B' : 'A') + secret[(i + 1)..];
            Expect.BadRequest("Wrong download token", await Cozy.With(null).GetAsync($"/files/downloads/{changed}/a.txt"));
        }

        foreach (var wrong in new[] { "x", "%20", secret[..^4], secret + "AAAA", new string('A', 43), new string('A', 200), id })
        {
            Expect.BadRequest("Wrong download token", await Cozy.GetAsync($"/files/downloads/{wrong}/a.txt"));
        }
    }

    [Fact]
    public async Task A_link_follows_its_file_and_ends_with_it()
    {
        var (id, _) = await MakeAsync("a.txt", "hello");
        var link = LinkOf(await Cozy.PostAsync("/files/downloads?Id=" + id));

        Expect.Status(200, await Cozy.SendAsync("PATCH", "/files/" + id, RestClient.JsonBody("""{"data":{"attributes":{"name":"b.txt"}}}""")));
        Expect.Status(200, await Cozy.PutAsync("/files/" + id, RestClient.Body("other")));
        Assert.Equal("other", (await Cozy.With(null).GetAsync(link)).Text);
        Expect.Status(200, await Cozy.SendAsync("PATCH", "/files/" + id, RestClient.JsonBody("""{"data":{"attributes":{"permanent_delete":true}}}""")));
        Expect.NotFound("file does not exist", await Cozy.With(null).GetAsync(link));
    }

    [Fact]
    public async Task A_link_of_one_replica_is_opened_by_another()
    {
        const string domain = "replicated.example";
        var storage = Directory.CreateTempSubdirectory("replicas-");
        await using var first = await RestServer.StartAsync(("Storage:Directory", storage.FullName));
        await first.AddInstanceAsync(domain);
        var client = first.Client(domain, await first.TokenAsync(domain, "io.cozy.files"));
        var id = Ids.Of(await client.PostAsync("/files/io.cozy.files.root-dir?Type=file&Name=a.txt", RestClient.Body("hello")));
        var link = LinkOf(await client.PostAsync("/files/downloads?Id=" + id));

        await using var second = await RestServer.StartAsync(("Storage:Directory", storage.FullName));

        Assert.Equal("hello", (await second.Client(domain, null).GetAsync(link)).Text);
        Assert.DoesNotContain(link.Split('/')[3], string.Concat(first.Log.Lines.Concat(second.Log.Lines)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Id=io.cozy.files.root-dir", 404)]
    [InlineData("Id=unknown", 404)]
    [InlineData("Path=/unknown", 404)]
    [InlineData("Path=relative", 400)]
    [InlineData("", 400)]
    public async Task There_are_links_to_files_alone(string query, int status) => Expect.Status(status, await Cozy.PostAsync("/files/downloads?" + query));

    private async Task<(string Id, string Path)> MakeAsync(string name, string text) =>
        (await UploadAsync(await MakeDirectoryAsync(), name, text), $"{Folder}/{name}");

    private static string LinkOf(Answer answer)
    {
        Expect.Status(200, answer);
        return (string)JsonNode.Parse(answer.Text)!["links"]!["related"]!;
    }
}
