using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>Who may do what under /data, and which kinds of documents nobody reaches there.</summary>
public sealed class DataAccessTests(RouteFixture fixture) : DataTest(fixture), IClassFixture<RouteFixture>
{
    private const string Forbidden = "code=403, message=Forbidden";

    [Theory]
    [InlineData("", true, true, true, true)]
    [InlineData(":GET", true, false, false, true)]
    [InlineData(":GET:mine", true, false, false, false)]
    [InlineData(":GET:other", false, false, false, false)]
    [InlineData(":GET:green:colour", true, false, false, false)]
    [InlineData(":GET:red:colour", false, false, false, false)]
    [InlineData(":PUT", false, true, false, false)]
    [InlineData(":PUT:green:colour", false, true, false, false)]
    [InlineData(":DELETE:mine", false, false, true, false)]
    public async Task A_rule_opens_what_it_names(string rule, bool get, bool put, bool delete, bool list)
    {
        var rev = (string)(await MakeAsync(await ClientAsync(), "mine", """{"colour":"green"}"""))["rev"]!;
        var client = await ClientAsync(Doctype + rule);

        Check(get, await client.GetAsync(Data + "mine"));
        Check(list, await client.GetAsync(Data + "_all_docs"));
        Check(list, await client.GetAsync(Data + "_normal_docs"));
        Check(list, await client.PostAsync(Data + "_find", RestClient.JsonBody("""{"selector":{}}""")));
        Check(list, await client.PostAsync(Data + "_all_docs", RestClient.JsonBody("""{"keys":[]}""")));
        Check(list, await client.GetAsync(Data + "_design_docs"));
        var update = await client.PutAsync(Data + "mine", RestClient.JsonBody($$"""{"_id":"mine","_rev":"{{rev}}","colour":"green"}"""));
        Check(put, update);
        rev = put ? (string)JsonNode.Parse(update.Text)!["rev"]! : rev;
        Check(delete, await client.DeleteAsync(Data + "mine?rev=" + rev));
    }

    [Fact]
    public async Task Nobody_learns_whether_what_he_may_not_read_is_there()
    {
        var client = await ClientAsync(Doctype + ":GET:mine");

        Refused(403, Forbidden, await client.GetAsync(Data + "others"));
        Missing("wrong_doctype", await client.GetAsync(Data + "mine"));
    }

    [Fact]
    public async Task A_selector_lets_nobody_take_or_give_documents()
    {
        var rev = (string)(await MakeAsync(await ClientAsync(), "red", """{"colour":"red"}"""))["rev"]!;
        var client = await ClientAsync(Doctype + ":ALL:green:colour");

        Refused(403, Forbidden, await client.PutAsync(Data + "red", RestClient.JsonBody($$"""{"_id":"red","_rev":"{{rev}}","colour":"green"}""")));
        Refused(403, Forbidden, await client.PostAsync(Data, RestClient.JsonBody("""{"colour":"red"}""")));
        Expect.Status(201, await client.PostAsync(Data, RestClient.JsonBody("""{"colour":"green"}""")));
    }

    [Fact]
    public async Task Making_many_needs_the_right_to_the_whole_doctype()
    {
        const string docs = """{"docs":[{"a":1}]}""";

        Expect.Status(201, await (await ClientAsync(Doctype + ":POST")).PostAsync(Data + "_bulk_docs", RestClient.JsonBody(docs)));
        Refused(403, Forbidden, await (await ClientAsync(Doctype + ":POST:x")).PostAsync(Data + "_bulk_docs", RestClient.JsonBody(docs)));
        Refused(403, Forbidden, await (await ClientAsync(Doctype + ":GET")).PostAsync(Data + "_bulk_docs", RestClient.JsonBody(docs)));
    }

    [Theory]
    [InlineData("io.cozy.sessions")]
    [InlineData("io.cozy.permissions")]
    [InlineData("io.cozy.oauth.clients")]
    [InlineData("io.cozy.files")]
    public async Task A_doctype_of_the_server_is_not_read(string doctype)
    {
        var client = await ClientAsync(doctype);
        var error = $"code=403, message=reserved doctype {doctype} unreadable";

        Refused(403, error, await client.GetAsync($"/data/{doctype}/x"));
        Refused(403, error, await client.GetAsync($"/data/{doctype}/_all_docs"));
        Refused(403, error, await client.PostAsync($"/data/{doctype}/_find", RestClient.JsonBody("""{"selector":{}}""")));
    }

    [Theory]
    [InlineData("io.cozy.files")]
    [InlineData("io.cozy.jobs")]
    [InlineData("io.cozy.apps")]
    [InlineData("io.cozy.sessions")]
    public async Task A_doctype_of_the_server_is_not_written(string doctype)
    {
        var client = await ClientAsync(doctype);
        var error = $"code=403, message=reserved doctype {doctype} unwritable";

        Refused(403, error, await client.PostAsync($"/data/{doctype}/", RestClient.JsonBody("{}")));
        Refused(403, error, await client.PutAsync($"/data/{doctype}/x", RestClient.JsonBody("{}")));
        Refused(403, error, await client.DeleteAsync($"/data/{doctype}/x?rev=1-0"));
        Refused(403, error, await client.PostAsync($"/data/{doctype}/_bulk_docs", RestClient.JsonBody("""{"docs":[]}""")));
    }

    [Theory]
    [InlineData("IO.cozy")]
    [InlineData("io..cozy")]
    [InlineData(".cozy")]
    [InlineData("io.cozy%0A")]
    public async Task What_is_no_doctype_is_400(string doctype) =>
        Expect.Status(400, await (await ClientAsync()).GetAsync($"/data/{doctype}/x"));

    private static void Check(bool allowed, Answer answer)
    {
        if (allowed)
        {
            Expect.Status(200, answer);
        }
        else
        {
            Refused(403, Forbidden, answer);
        }
    }
}
