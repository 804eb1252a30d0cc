using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>GET, POST, PUT and DELETE of one document under /data.</summary>
public sealed class DataDocumentTests(RouteFixture fixture) : DataTest(fixture), IClassFixture<RouteFixture>
{
    [Theory]
    [InlineData("/")]
    [InlineData("")]
    public async Task A_new_document_gets_an_id_and_is_read_as_it_was_sent(string end)
    {
        var client = await ClientAsync();

        var made = await client.PostAsync("/data/" + Doctype + end, RestClient.JsonBody("""{"label":"é \ud83d\ude00 <b>","n":12345678901234567890,"deep":{"list":[1,null,{}]}}"""));

        var (id, rev) = ((string)JsonNode.Parse(made.Text)!["id"]!, (string)JsonNode.Parse(made.Text)!["rev"]!);
        Assert.Matches("^1-[0-9a-f]{32}$", rev);
        var document = $$"""{"_id":"{{id}}","_rev":"{{rev}}","_type":"{{Doctype}}","label":"é 😀 <b>","n":12345678901234567890,"deep":{"list":[1,null,{}]} }""";
        Expect.Json(201, Expect.PlainJson, $$"""{"ok":true,"id":"{{id}}","rev":"{{rev}}","type":"{{Doctype}}","data":{{document}} }""", made);
        Expect.Json(200, Expect.PlainJson, document, await client.GetAsync(Data + id));
    }

    [Fact]
    public async Task A_document_is_made_under_a_chosen_id_once()
    {
        var client = await ClientAsync();

        var made = await client.PutAsync(Data + "chosen", RestClient.JsonBody("""{"a":1}"""));

        var rev = (string)JsonNode.Parse(made.Text)!["rev"]!;
        Expect.Json(
            200,
            Expect.PlainJson,
            $$"""{"ok":true,"id":"chosen","rev":"{{rev}}","type":"{{Doctype}}","data":{"_id":"chosen","_rev":"{{rev}}","_type":"{{Doctype}}","a":1} }""",
            made);
        Stale(await client.PutAsync(Data + "chosen", RestClient.JsonBody("""{"a":2}""")));
        Assert.Equal(1, (int)JsonNode.Parse((await client.GetAsync(Data + "chosen")).Text)!["a"]!);
    }

    [Fact]
    public async Task An_update_names_the_revision_it_saw_and_gets_the_next()
    {
        var client = await ClientAsync();
        var first = (string)(await MakeAsync(client, "one", """{"a":1,"b":1}"""))["rev"]!;

        var second = (string)(await MakeAsync(client, "one", Update("one", first, 2)))["data"]!["_rev"]!;

        Assert.StartsWith("2-", second, StringComparison.Ordinal);
        Stale(await client.PutAsync(Data + "one", RestClient.JsonBody(Update("one", first, 3))));
        Stale(await client.PutAsync(Data + "one", RestClient.JsonBody(Update("one", "nonsense", 3))));
        Stale(await client.PutAsync(Data + "other", RestClient.JsonBody(Update("other", second, 3))));
        Expect.Same($$"""{"_id":"one","_rev":"{{second}}","_type":"{{Doctype}}","a":2}""", (await client.GetAsync(Data + "one")).Text);
    }

    [Fact]
    public async Task Of_many_updates_of_one_revision_one_wins()
    {
        var client = await ClientAsync();
        var rev = (string)(await MakeAsync(client, "race", "{}"))["rev"]!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => client.PutAsync(Data + "race", RestClient.JsonBody(Update("race", rev, n)))));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.Equal(19, answers.Count(answer => answer.Status == 409));
    }

    [Fact]
    public async Task A_deleted_document_is_gone_and_its_id_counts_on()
    {
        var client = await ClientAsync();
        var rev = (string)(await MakeAsync(client, "gone", "{}"))["rev"]!;

        Stale(await client.DeleteAsync(Data + "gone?rev=1-0"));
        var deleted = await client.DeleteAsync(Data + "gone?rev=" + rev);

        var end = (string)JsonNode.Parse(deleted.Text)!["rev"]!;
        Assert.StartsWith("2-", end, StringComparison.Ordinal);
        Expect.Json(200, Expect.PlainJson, $$"""{"ok":true,"id":"gone","rev":"{{end}}","type":"{{Doctype}}","deleted":true}""", deleted);
        Missing("deleted", await client.GetAsync(Data + "gone"));
        Missing("deleted", await client.DeleteAsync(Data + "gone?rev=" + end));
        Stale(await client.PutAsync(Data + "gone", RestClient.JsonBody(Update("gone", rev, 1))));
        Assert.StartsWith("3-", (string)(await MakeAsync(client, "gone", "{}"))["rev"]!, StringComparison.Ordinal);
        Expect.Status(200, await client.GetAsync(Data + "gone"));
    }

    [Fact]
    public async Task The_revision_of_a_delete_may_come_as_a_header()
    {
        var client = await ClientAsync();
        var rev = (string)(await MakeAsync(client, "headed", "{}"))["rev"]!;

        Refused(400, "Bad Request(400): delete without revision", await client.DeleteAsync(Data + "headed"));
        Refused(400, "Bad Request(400): delete without revision", await client.DeleteAsync(Data + "headed", ("If-Match", "")));
        Refused(400, "Bad Request(400): If-Match Header and rev query parameters mismatch", await client.DeleteAsync(Data + "headed?rev=1-0", ("If-Match", rev)));
        Expect.Status(200, await client.DeleteAsync(Data + "headed", ("If-Match", rev)));
    }

    [Fact]
    public async Task What_is_not_there_says_what_is_missing()
    {
        var client = await ClientAsync();

        Missing("wrong_doctype", await client.GetAsync(Data + "nothing"));
        await MakeAsync(client, "something", "{}");
        Missing("missing", await client.GetAsync(Data + "nothing"));
        Missing("missing", await client.DeleteAsync(Data + "nothing?rev=1-0"));
    }

    [Theory]
    [InlineData("""{"_id":"x"}""", "You must either provide an _id and _rev in document (update) or neither (create with fixed id).")]
    [InlineData("""{"_rev":"1-0"}""", "You must either provide an _id and _rev in document (update) or neither (create with fixed id).")]
    [InlineData("""{"_id":"y","_rev":"1-0"}""", "document _id doesnt match url")]
    [InlineData("""{"_id":7,"_rev":"1-0"}""", "_id is not a text")]
    [InlineData("""{"_deleted":true}""", "Bad special document member: _deleted")]
    [InlineData("{", "the document is not JSON")]
    [InlineData("""{"a":"\ud800"}""", "the document is not JSON")]
    [InlineData("""{"\ud800":1}""", "the document is not JSON")]
    [InlineData("[]", "the document is not a JSON object")]
    public async Task A_document_that_cannot_be_put_is_400(string body, string error)
    {
        var client = await ClientAsync();

        Refused(400, "Bad Request(400): " + error, await client.PutAsync(Data + "x", RestClient.JsonBody(body)));
    }

    [Fact]
    public async Task A_document_holds_at_most_a_mebibyte()
    {
        var client = await ClientAsync();

        Expect.Status(413, await client.PutAsync(Data + "x", RestClient.JsonBody($$"""{"a":"{{new string('a', 1 << 20)}}"}""")));
        Missing("wrong_doctype", await client.GetAsync(Data + "x"));
    }

    [Fact]
    public async Task An_id_does_not_begin_with_an_underscore()
    {
        var client = await ClientAsync();

        Refused(400, "Bad Request(400): Only reserved document ids may start with underscore.", await client.PutAsync(Data + "_mine", RestClient.JsonBody("{}")));
    }

    [Fact]
    public async Task Instances_and_doctypes_do_not_see_each_other()
    {
        var client = await ClientAsync();
        await MakeAsync(client, "mine", "{}");
        var domain = Doctype.Replace('_', '-') + ".example";
        await Fixture.Server.AddInstanceAsync(domain);

        Missing("wrong_doctype", await Fixture.Server.Client(domain, await Fixture.Server.TokenAsync(domain, Doctype)).GetAsync(Data + "mine"));
        Missing("wrong_doctype", await (await ClientAsync(Doctype + "2")).GetAsync($"/data/{Doctype}2/mine"));
    }

    private static string Update(string id, string rev, int a) => new JsonObject { ["_id"] = id, ["_rev"] = rev, ["a"] = a }.ToJsonString();
}
