using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>No way to write or read io.cozy.accounts keeps or shows a secret in clear.</summary>
public sealed class DataSecretTests(RouteFixture fixture) : DataTest(fixture), IClassFixture<RouteFixture>
{
    private const string Accounts = "/data/io.cozy.accounts/";

    [Fact]
    public async Task On_every_path_secrets_are_encrypted()
    {
        const string auth = """ "auth":{"login":"me","password":"canary","secret":"canary"},"data":{"auth":{"session":"canary"}} """;
        var id = "secret-" + Doctype;
        var answers = new List<Answer>
        {
            await Cozy.PostAsync(Accounts, RestClient.JsonBody("{" + auth + "}")),
            await Cozy.PutAsync(Accounts + id, RestClient.JsonBody("{" + auth + "}")),
        };
        var rev = (string)JsonNode.Parse(answers[1].Text)!["rev"]!;
        answers.Add(await Cozy.PutAsync(Accounts + id, RestClient.JsonBody($$"""{"_id":"{{id}}","_rev":"{{rev}}",{{auth}} }""")));
        answers.Add(await Cozy.PostAsync(Accounts + "_bulk_docs", RestClient.JsonBody($$"""{"docs":[{"_id":"bulk-{{id}}",{{auth}} } ]}""")));
        answers.Add(await Cozy.GetAsync(Accounts + id));
        answers.Add(await Cozy.GetAsync(Accounts + "bulk-" + id));
        answers.Add(await Cozy.GetAsync(Accounts + "_all_docs?include_docs=true"));
        answers.Add(await Cozy.GetAsync(Accounts + "_normal_docs"));
        answers.Add(await Cozy.PostAsync(Accounts + "_find", RestClient.JsonBody("""{"selector":{}}""")));

        Assert.All(answers, answer => Assert.InRange(answer.Status, 200, 201));
        Assert.All(answers, answer => Assert.DoesNotContain("canary", answer.Text, StringComparison.Ordinal));
        Assert.All(answers.Where((_, at) => at != 3), answer => Assert.Contains("credentials_encrypted", answer.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_account_that_is_changed_keeps_its_password_or_gets_the_new_one()
    {
        var account = await RouteFixture.AddAccountAsync(Cozy, Nextcloud.Url.ToString(), Nextcloud.Login, Nextcloud.Password);
        var list = $"/remote/nextcloud/{account}{Folder}";
        var document = JsonNode.Parse((await Cozy.GetAsync(Accounts + account)).Text)!;
        document["name"] = "renamed";

        document = await PutAsync(account, document);
        Assert.Equal("renamed", (string)document["name"]!);
        Expect.Status(200, await Cozy.GetAsync(list));

        document["auth"]!["password"] = "wrong";
        document = await PutAsync(account, document);
        Expect.Status(401, await Cozy.GetAsync(list));

        document["auth"]!["password"] = Nextcloud.Password;
        await PutAsync(account, document);
        Expect.Status(200, await Cozy.GetAsync(list));
    }

    [Fact]
    public async Task A_deleted_account_opens_no_Nextcloud()
    {
        var account = await RouteFixture.AddAccountAsync(Cozy, Nextcloud.Url.ToString(), Nextcloud.Login, Nextcloud.Password);
        var rev = (string)JsonNode.Parse((await Cozy.GetAsync(Accounts + account)).Text)!["_rev"]!;

        Expect.Status(200, await Cozy.DeleteAsync($"{Accounts}{account}?rev={rev}"));

        Expect.NotFound("account not found", await Cozy.GetAsync($"/remote/nextcloud/{account}{Folder}"));
    }

    // With the revision of now: the first use of an account writes its user id into the document.
    private async Task<JsonNode> PutAsync(string account, JsonNode document)
    {
        document["_rev"] = (string)JsonNode.Parse((await Cozy.GetAsync(Accounts + account)).Text)!["_rev"]!;
        var answer = await Cozy.PutAsync(Accounts + account, RestClient.JsonBody(document.ToJsonString()));
        Expect.Status(200, answer);
        return JsonNode.Parse(answer.Text)!["data"]!;
    }
}
