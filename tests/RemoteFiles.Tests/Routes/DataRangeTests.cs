using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>Parts of a doctype: the keys of _all_docs, and the bookmarks of _find and _normal_docs.</summary>
public sealed class DataRangeTests(RouteFixture fixture) : DataTest(fixture), IClassFixture<RouteFixture>
{
    [Theory]
    [InlineData("", "abcdé")]
    [InlineData("descending=true", "édcba")]
    [InlineData("startkey=%22b%22", "bcdé")]
    [InlineData("start_key=%22b%22&end_key=%22d%22", "bcd")]
    [InlineData("startkey=%22b%22&endkey=%22d%22&inclusive_end=false", "bc")]
    [InlineData("startkey=%22bb%22&endkey=%22cc%22", "c")]
    [InlineData("startkey=%22d%22&endkey=%22b%22&descending=true", "dcb")]
    [InlineData("startkey=%22d%22&endkey=%22b%22&descending=true&inclusive_end=false", "dc")]
    [InlineData("startkey=%22d%22&endkey=%22b%22", "")]
    [InlineData("key=%22c%22", "c")]
    [InlineData("key=%22x%22", "")]
    [InlineData("key=c", "c")]
    [InlineData("endkey=%22%C3%A9%22&skip=3", "dé")]
    [InlineData("startkey=%22b%22&skip=1&limit=2", "cd")]
    [InlineData("limit=0", "")]
    [InlineData("keys=%5B%22d%22%2C%22a%22%5D", "da")]
    public async Task A_range_of_ids_is_listed(string query, string ids)
    {
        var client = await SeededAsync("abcdé".Select(id => $"{id}"));

        var answer = await client.GetAsync($"{Data}_all_docs?{query}");

        Expect.Status(200, answer);
        Assert.Equal(ids, string.Concat(JsonNode.Parse(answer.Text)!["rows"]!.AsArray().Select(row => (string)row!["id"]!)));
        Assert.Equal(5, (int)JsonNode.Parse(answer.Text)!["total_rows"]!);
    }

    [Theory]
    [InlineData("startkey=%22b")]
    [InlineData("keys=%5B")]
    [InlineData("keys=%22a%22")]
    public async Task A_key_that_is_none_is_400(string query) => Expect.Status(400, await (await SeededAsync(["a"])).GetAsync($"{Data}_all_docs?{query}"));

    [Theory]
    [InlineData("")]
    [InlineData(""","sort":["n"]""")]
    [InlineData(""","sort":[{"n":"desc"}]""")]
    [InlineData(""","sort":[{"missing":"asc"},{"n":"asc"}]""")]
    public async Task The_bookmarks_of_a_search_lead_through_all_of_it_once(string sort)
    {
        var client = await SeededAsync(Enumerable.Range(0, 10).Select(i => $"{i * 7 % 10}"));
        var whole = (await PageAsync(client, sort)).Ids;
        var (paged, bookmark) = ("", "nil");

        for (var full = true; full;)
        {
            var page = await PageAsync(client, $$"""{{sort}},"limit":3,"bookmark":"{{bookmark}}" """);
            (paged, bookmark, full) = (paged + page.Ids, page.Bookmark, page.IsFull);
        }

        Assert.Equal(10, whole.Length);
        Assert.Equal((whole, ""), (paged, bookmark));
    }

    [Fact]
    public async Task The_bookmarks_of_a_list_lead_through_all_of_it_once()
    {
        var client = await SeededAsync(Enumerable.Range(0, 7).Select(i => $"{i}"));
        var (paged, bookmark) = ("", "");

        do
        {
            var page = JsonNode.Parse((await client.GetAsync($"{Data}_normal_docs?limit=3&bookmark={bookmark}")).Text)!;
            paged += string.Concat(page["rows"]!.AsArray().Select(doc => (string)doc!["_id"]!));
            bookmark = (string)page["bookmark"]!;
        }
        while (bookmark.Length > 0);

        Assert.Equal("0123456", paged);
    }

    [Theory]
    [InlineData("", "nonsense")]
    [InlineData("", "W10")]
    [InlineData("", "WzFd")]
    [InlineData(""","sort":["n"]""", "WyJjIl0")]
    public async Task A_bookmark_of_another_question_is_400(string sort, string bookmark) => Refused(
        400,
        "Bad Request(400): Invalid bookmark value",
        await (await SeededAsync(["a"])).PostAsync(Data + "_find", RestClient.JsonBody($$"""{"selector":{},"bookmark":"{{bookmark}}"{{sort}} }""")));

    [Fact]
    public async Task A_search_through_many_large_documents_answers_the_last_of_them()
    {
        var client = await ClientAsync();
        var filler = new string('x', 50_000);
        for (var i = 0; i < 30; i++)
        {
            await MakeAsync(client, $"{i:D2}", $$"""{"n":{{i}},"filler":"{{filler}}"}""");
        }

        Assert.Equal("29", (await PageAsync(client, "", """{"n":29}""")).Ids);
        Assert.Equal("2928", (await PageAsync(client, ""","sort":[{"n":"desc"}],"limit":2,"fields":["_id"]""")).Ids);
        Assert.Equal(30, JsonNode.Parse((await client.GetAsync(Data + "_all_docs?include_docs=true")).Text)!["rows"]!.AsArray().Count);
    }

    private async Task<(string Ids, string Bookmark, bool IsFull)> PageAsync(RestClient client, string more, string selector = "{}")
    {
        var answer = await client.PostAsync(Data + "_find", RestClient.JsonBody($$"""{"selector":{{selector}}{{more}} }"""));
        Expect.Status(200, answer);
        var json = JsonNode.Parse(answer.Text)!;
        return (string.Concat(json["docs"]!.AsArray().Select(doc => (string)doc!["_id"]!)), (string)json["bookmark"]!, (bool)json["next"]!);
    }

    private async Task<RestClient> SeededAsync(IEnumerable<string> ids)
    {
        var client = await ClientAsync();
        var docs = new JsonArray([.. ids.Select((id, i) => new JsonObject { ["_id"] = id, ["n"] = i % 4 })]);
        Expect.Status(201, await client.PostAsync(Data + "_bulk_docs", RestClient.JsonBody(new JsonObject { ["docs"] = docs }.ToJsonString())));
        return client;
    }
}
