using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>_all_docs, _normal_docs and _bulk_docs under /data.</summary>
public sealed class DataListTests(RouteFixture fixture) : DataTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task All_documents_are_listed_by_id()
    {
        var client = await ClientAsync();
        var (b, a) = ((string)(await MakeAsync(client, "b", """{"n":2}"""))["rev"]!, (string)(await MakeAsync(client, "a", """{"n":1}"""))["rev"]!);
        var first = $$"""{"id":"a","key":"a","value":{"rev":"{{a}}"} }""";
        var second = $$"""{"id":"b","key":"b","value":{"rev":"{{b}}"} }""";
        var whole = $$"""{"id":"b","key":"b","value":{"rev":"{{b}}"},"doc":{"_id":"b","_rev":"{{b}}","_type":"{{Doctype}}","n":2} }""";

        Expect.Json(200, Expect.PlainJson, $$"""{"total_rows":2,"offset":0,"rows":[{{first}},{{second}}]}""", await client.GetAsync(Data + "_all_docs"));
        Expect.Json(
            200, Expect.PlainJson, $$"""{"total_rows":2,"offset":1,"rows":[{{whole}}]}""", await client.GetAsync(Data + "_all_docs?include_docs=true&skip=1&limit=1"));
        Expect.Json(
            200,
            Expect.PlainJson,
            $$"""{"total_rows":2,"offset":0,"rows":[{{second}},{"key":"no","error":"not_found"},{{first}}]}""",
            await client.PostAsync(Data + "_all_docs", RestClient.JsonBody("""{"keys":["b","no","a"]}""")));
        Expect.Json(
            200,
            Expect.PlainJson,
            $$"""{"total_rows":2,"rows":[{"_id":"b","_rev":"{{b}}","_type":"{{Doctype}}","n":2}],"bookmark":""}""",
            await client.GetAsync(Data + "_normal_docs?limit=10&skip=1"));
    }

    [Theory]
    [InlineData("_all_docs")]
    [InlineData("_normal_docs")]
    public async Task Of_a_doctype_that_was_never_used_there_is_no_list(string list) => Missing("wrong_doctype", await (await ClientAsync()).GetAsync(Data + list));

    [Fact]
    public async Task When_all_are_deleted_the_list_is_empty()
    {
        var client = await ClientAsync();
        Expect.Status(200, await client.DeleteAsync(Data + "x?rev=" + (string)(await MakeAsync(client, "x", "{}"))["rev"]!));

        Expect.Json(200, Expect.PlainJson, """{"total_rows":0,"offset":0,"rows":[]}""", await client.GetAsync(Data + "_all_docs"));
    }

    [Theory]
    [InlineData("_all_docs?limit=x")]
    [InlineData("_normal_docs?skip=-1")]
    public async Task A_number_that_is_none_is_400(string list)
    {
        var client = await ClientAsync();
        await MakeAsync(client, "x", "{}");

        Expect.Status(400, await client.GetAsync(Data + list));
    }

    [Fact]
    public async Task Many_changes_are_done_or_refused_each_for_itself()
    {
        var client = await ClientAsync();
        var (old, gone) = ((string)(await MakeAsync(client, "old", "{}"))["rev"]!, (string)(await MakeAsync(client, "gone", "{}"))["rev"]!);
        var body = $$"""
            {"docs":[{"_id":"new","n":1},{"_id":"old","_rev":"{{old}}","n":2},{"_id":"old","_rev":"{{old}}","n":3},{"n":4},
              {"_id":"gone","_rev":"{{gone}}","_deleted":true},{"_id":"new","n":5},{"_id":"_bad"}]}
            """;

        var answer = await client.PostAsync(Data + "_bulk_docs", RestClient.JsonBody(body));

        Expect.Status(201, answer);
        var rows = JsonNode.Parse(answer.Text)!.AsArray();
        Assert.Equal([true, true, false, true, true, false, false], rows.Select(row => (bool?)row!["ok"] ?? false));
        Expect.Same("""{"id":"old","error":"conflict","reason":"Document update conflict."}""", rows[2]!.ToJsonString());
        Assert.Equal("bad_request", (string)rows[6]!["error"]!);
        Assert.Equal(2, (int)JsonNode.Parse((await client.GetAsync(Data + "old")).Text)!["n"]!);
        Assert.Equal(1, (int)JsonNode.Parse((await client.GetAsync(Data + "new")).Text)!["n"]!);
        Assert.Equal(4, (int)JsonNode.Parse((await client.GetAsync(Data + (string)rows[3]!["id"]!)).Text)!["n"]!);
        Missing("deleted", await client.GetAsync(Data + "gone"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"docs":[1]}""")]
    public async Task Changes_that_are_none_are_400(string body) =>
        Expect.Status(400, await (await ClientAsync()).PostAsync(Data + "_bulk_docs", RestClient.JsonBody(body)));
}
