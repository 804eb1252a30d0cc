using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>POST /data/:doctype/_find, and the indexes that it never needs.</summary>
public sealed class DataFindTests(RouteFixture fixture) : DataTest(fixture), IClassFixture<RouteFixture>
{
    private static readonly (string Id, string Json)[] Documents =
    [
        ("a", """{"n":1,"s":"x","tags":["red","blue"],"at":{"x":{"y":1}},"null":null}"""),
        ("b", """{"n":2,"s":"y","at":{"x":{"y":2}},"dot.ted":"yes"}"""),
        ("c", """{"n":3,"s":"x","flag":true}"""),
        ("d", """{"n":"text","s":"z","o":{"p":1,"q":[1,2]}}"""),
        ("e", """{"s":"x","n":2.5}"""),
        ("f", "{}"),
    ];

    [Theory]
    [InlineData("{}", "abcdef")]
    [InlineData("""{"n":2}""", "b")]
    [InlineData("""{"n":2.0}""", "b")]
    [InlineData("""{"n":"2"}""", "")]
    [InlineData("""{"s":"x","n":{"$gt":1}}""", "ce")]
    [InlineData("""{"n":{"$gt":null}}""", "abcde")]
    [InlineData("""{"n":{"$gte":2,"$lt":3}}""", "be")]
    [InlineData("""{"n":{"$lte":2}}""", "ab")]
    [InlineData("""{"n":{"$gt":3}}""", "d")]
    [InlineData("""{"s":{"$ne":"x"}}""", "bd")]
    [InlineData("""{"s":{"$in":["y","z"]}}""", "bd")]
    [InlineData("""{"tags":{"$in":["blue"]}}""", "a")]
    [InlineData("""{"s":{"$nin":["y","z"]}}""", "ace")]
    [InlineData("""{"flag":{"$exists":false}}""", "abdef")]
    [InlineData("""{"null":{"$exists":true}}""", "a")]
    [InlineData("""{"null":null}""", "a")]
    [InlineData("""{"at.x.y":2}""", "b")]
    [InlineData("""{"at":{"x":{"y":{"$gt":0}}}}""", "ab")]
    [InlineData("""{"at":{"x.y":1}}""", "a")]
    [InlineData("""{"dot\\.ted":"yes"}""", "b")]
    [InlineData("""{"tags":["red","blue"]}""", "a")]
    [InlineData("""{"o":{"$eq":{"q":[1,2],"p":1}}}""", "d")]
    [InlineData("""{"$or":[{"n":1},{"flag":true}]}""", "ac")]
    [InlineData("""{"$and":[{"s":"x"},{"n":{"$gt":1}},{"flag":{"$exists":false}}]}""", "e")]
    [InlineData("""{"$not":{"s":"x"}}""", "bd")]
    [InlineData("""{"$not":{"$or":[{"s":"x"},{"n":2}]}}""", "d")]
    [InlineData("""{"n":{"$not":{"$gt":2}}}""", "ab")]
    [InlineData("""{"n":{"$or":[{"$lt":2},{"$eq":3}]}}""", "ac")]
    [InlineData("""{"$not":{"flag":{"$exists":true}}}""", "abdef")]
    [InlineData("""{"$nor":[{"s":"x"},{"s":"y"}]}""", "d")]
    [InlineData("""{"_id":{"$gt":"d"}}""", "ef")]
    public async Task A_selector_finds_what_it_describes(string selector, string ids) =>
        Assert.Equal(ids, string.Concat((await FindAsync($$"""{"selector":{{selector}}}""")).Select(doc => (string)doc!["_id"]!)));

    [Theory]
    [InlineData("""["n"]""", "fabecd")]
    [InlineData("""[{"n":"asc"}]""", "fabecd")]
    [InlineData("""[{"n":"desc"}]""", "dcebaf")]
    [InlineData("""[{"s":"asc"},{"n":"asc"}]""", "faecbd")]
    [InlineData("""[{"s":"desc"},{"n":"desc"}]""", "dbceaf")]
    [InlineData("""[{"at.x.y":"desc"}]""", "bafedc")]
    public async Task A_sort_leaves_nobody_out(string sort, string ids) =>
        Assert.Equal(ids, string.Concat((await FindAsync($$"""{"selector":{},"sort":{{sort}},"use_index":"_design/not_there"}""")).Select(doc => (string)doc!["_id"]!)));

    [Fact]
    public async Task An_answer_has_the_asked_part_and_says_whether_there_is_more()
    {
        var client = await SeededAsync();

        Expect.Json(
            200,
            Expect.PlainJson,
            """{"docs":[{"_id":"b","n":2,"at":{"x":{"y":2}}},{"_id":"c","n":3}],"limit":2,"next":true,"bookmark":"WyJjIl0"}""",
            await client.PostAsync(Data + "_find", RestClient.JsonBody("""{"selector":{},"skip":1,"limit":2,"fields":["_id","n","at.x.y"]}""")));
        Expect.Json(
            200,
            Expect.PlainJson,
            """{"docs":[{"_id":"f"}],"limit":100,"next":false,"bookmark":""}""",
            await client.PostAsync(Data + "_find", RestClient.JsonBody("""{"selector":{},"skip":5,"fields":["_id"]}""")));
        var many = await client.PostAsync(Data + "_find", RestClient.JsonBody("""{"selector":{},"limit":5000}"""));
        Assert.Equal(1000, (int)JsonNode.Parse(many.Text)!["limit"]!);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"selector":[]}""")]
    [InlineData("""{"selector":{"n":{"$like":1}}}""")]
    [InlineData("""{"selector":{"$gt":1}}""")]
    [InlineData("""{"selector":{"n":{"$in":1}}}""")]
    [InlineData("""{"selector":{"n":{"$exists":1}}}""")]
    [InlineData("""{"selector":{"$or":[1]}}""")]
    [InlineData("""{"selector":{},"sort":[{"a":"asc"},{"b":"desc"}]}""")]
    [InlineData("""{"selector":{},"sort":[{"a":"up"}]}""")]
    [InlineData("""{"selector":{},"limit":-1}""")]
    [InlineData("""{"selector":{},"skip":"1"}""")]
    [InlineData("""{"selector":{},"fields":[1]}""")]
    public async Task A_question_that_is_none_is_400(string body) =>
        Expect.Status(400, await (await SeededAsync()).PostAsync(Data + "_find", RestClient.JsonBody(body)));

    [Fact]
    public async Task A_doctype_that_was_never_used_is_404_as_CouchDB_says_it() =>
        Missing("Database does not exist.", await (await ClientAsync()).PostAsync(Data + "_find", RestClient.JsonBody("""{"selector":{}}""")));

    [Fact]
    public async Task An_index_is_kept_shown_copied_and_deleted()
    {
        const string index = """{"index":{"fields":["status"]},"ddoc":"by_status","name":"by_status"}""";
        const string body = """ "language":"query","views":{"by_status":{"options":{"def":{"fields":["status"]}}}} """;
        var client = await SeededAsync();

        Expect.Json(
            200, Expect.PlainJson, """{"result":"created","id":"_design/by_status","name":"by_status"}""", await client.PostAsync(Data + "_index", RestClient.JsonBody(index)));
        Expect.Json(
            200, Expect.PlainJson, """{"result":"exists","id":"_design/by_status","name":"by_status"}""", await client.PostAsync(Data + "_index", RestClient.JsonBody(index)));
        var rev = await RevAsync(client, "_design/by_status");
        Expect.Json(
            200,
            Expect.PlainJson,
            $$"""{"rows":[{"id":"_design/by_status","key":"_design/by_status","value":{"rev":"{{rev}}"},"doc":{"_id":"_design/by_status","_rev":"{{rev}}",{{body}} } } ]}""",
            await client.GetAsync(Data + "_design_docs?include_docs=true"));

        Stale(await client.PostAsync(Data + "_design/by_status/copy?rev=1-0", null, ("Destination", "_design/copied")));
        Expect.Status(201, await client.PostAsync(Data + "_design/by_status/copy?rev=" + rev, null, ("Destination", "_design/copied")));
        Stale(await client.DeleteAsync(Data + "_design/by_status?rev=1-0"));
        Expect.Status(200, await client.DeleteAsync(Data + "_design/by_status?rev=" + rev));
        Assert.Null(await RevAsync(client, "_design/by_status"));
        Assert.NotNull(await RevAsync(client, "_design/copied"));
        Assert.Equal(Documents.Length, (await FindAsync("""{"selector":{}}""")).Count);
    }

    private async Task<JsonArray> FindAsync(string body)
    {
        var answer = await (await SeededAsync()).PostAsync(Data + "_find", RestClient.JsonBody(body));
        Expect.Status(200, answer);
        return JsonNode.Parse(answer.Text)!["docs"]!.AsArray();
    }

    private async Task<string?> RevAsync(RestClient client, string design) =>
        (string?)JsonNode.Parse((await client.GetAsync(Data + "_design_docs")).Text)!["rows"]!.AsArray()
            .FirstOrDefault(row => (string)row!["id"]! == design)?["value"]!["rev"];

    private async Task<RestClient> SeededAsync()
    {
        var client = await ClientAsync();
        var docs = new JsonArray();
        foreach (var (id, json) in Documents)
        {
            var doc = JsonNode.Parse(json)!;
            doc["_id"] = id;
            docs.Add(doc);
        }

        Expect.Status(201, await client.PostAsync(Data + "_bulk_docs", RestClient.JsonBody(new JsonObject { ["docs"] = docs }.ToJsonString())));
        return client;
    }
}
