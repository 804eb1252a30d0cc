using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>POST and GET /data/io.cozy.accounts, and what the routes of a Nextcloud make of an account.</summary>
public sealed class AccountRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Accounts = "/data/io.cozy.accounts/";

    [Fact]
    public async Task An_account_is_stored_with_its_password_encrypted()
    {
        var answer = await Cozy.PostAsync(Accounts, RestClient.JsonBody(
            """{"account_type":"nextcloud","auth":{"url":"https://nextcloud.example/","login":"me@mail.example","password":"canary-1"},"custom":{"kept":[1,2]}}"""));

        Expect.Status(201, answer);
        var json = JsonNode.Parse(answer.Text)!;
        var (id, rev) = ((string)json["id"]!, (string)json["rev"]!);
        var (hidden, time) = ((string)json["data"]!["auth"]!["credentials_encrypted"]!, (string)json["data"]!["cozyMetadata"]!["createdAt"]!);
        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Matches("^1-[0-9a-f]{32}$", rev);
        var document = $$"""
            {"_id":"{{id}}","_rev":"{{rev}}","_type":"io.cozy.accounts","account_type":"nextcloud","name":"me@mail.example",
             "auth":{"url":"https://nextcloud.example/","login":"me@mail.example","credentials_encrypted":"{{hidden}}"},
             "custom":{"kept":[1,2]},
             "cozyMetadata":{"doctypeVersion":"1","metadataVersion":1,"createdAt":"{{time}}","updatedAt":"{{time}}","createdOn":"https://{{Cozy.Domain}}/"} }
            """;
        Expect.Json(201, Expect.PlainJson, $$"""{"ok":true,"id":"{{id}}","rev":"{{rev}}","type":"io.cozy.accounts","data":{{document}} }""", answer);
        Expect.Json(200, Expect.PlainJson, document, await Cozy.GetAsync(Accounts + id));
    }

    [Fact]
    public async Task Every_secret_is_encrypted()
    {
        var answer = await Cozy.PostAsync(Accounts, RestClient.JsonBody("""
            {"account_type":"bank","auth":{"login":"me","password":"canary-2","secret":"canary-3","dob":"canary-4","code":"canary-5","answer":"canary-6",
              "access_token":"canary-7","refresh_token":"canary-8","appSecret":"canary-9","session":"canary-10"},
             "data":{"auth":{"password":"canary-11"}}}
            """));

        var id = (string)JsonNode.Parse(answer.Text)!["id"]!;
        Assert.DoesNotContain("canary", answer.Text, StringComparison.Ordinal);
        var read = await Cozy.GetAsync(Accounts + id);
        Assert.DoesNotContain("canary", read.Text, StringComparison.Ordinal);
        Assert.Equal(
            ["access_token_encrypted", "answer_encrypted", "appSecret_encrypted", "code_encrypted", "credentials_encrypted", "dob_encrypted", "login",
                "refresh_token_encrypted", "secret_encrypted", "session_encrypted"],
            JsonNode.Parse(read.Text)!["auth"]!.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"_id":"chosen"}""", "Bad Request(400): defined_id")]
    [InlineData("[]", "Bad Request(400): the document is not a JSON object")]
    [InlineData("\"text\"", "Bad Request(400): the document is not a JSON object")]
    [InlineData("null", "Bad Request(400): the document is not a JSON object")]
    [InlineData("{", "Bad Request(400): the document is not JSON")]
    [InlineData("", "Bad Request(400): the document is not JSON")]
    [InlineData("""{"a":1,"a":2}""", "Bad Request(400): the document is not JSON")]
    public async Task What_is_no_new_document_is_400(string body, string error) =>
        Expect.Json(400, Expect.PlainJson, new JsonObject { ["error"] = error }.ToJsonString(), await Cozy.PostAsync(Accounts, RestClient.JsonBody(body)));

    [Fact]
    public async Task A_missing_account_is_404_as_CouchDB_says_it() =>
        Expect.Json(404, Expect.PlainJson, """{"error":"not_found","ok":false,"reason":"missing","status":"404"}""", await Cozy.GetAsync(Accounts + "missing"));

    [Theory]
    [InlineData("io.cozy.files", 403, "code=403, message=Forbidden")]
    [InlineData("io.cozy.accounts:GET", 403, "code=403, message=Forbidden")]
    [InlineData("io.cozy.accounts:POST:some-id", 403, "code=403, message=Forbidden")]
    public async Task Without_the_permission_no_account_is_made(string scope, int status, string error)
    {
        var client = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, scope));

        Expect.Json(status, Expect.PlainJson, $$"""{"error":"{{error}}"}""", await client.PostAsync(Accounts, RestClient.JsonBody("{}")));
    }

    [Fact]
    public async Task An_account_is_read_with_a_permission_on_all_or_on_this_one()
    {
        foreach (var (scope, status) in new[] { ("io.cozy.accounts:GET", 200), ($"io.cozy.accounts:GET:{Fixture.Account}", 200), ("io.cozy.accounts:GET:other", 403), ("io.cozy.accounts:POST", 403), ("io.cozy.files", 403) })
        {
            var client = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, scope));
            Expect.Status(status, await client.GetAsync(Accounts + Fixture.Account));
        }
    }

    [Fact]
    public async Task Without_a_token_it_is_401()
    {
        var error = """{"error":"code=401, message=No token in request"}""";

        Expect.Json(401, Expect.PlainJson, error, await Cozy.With(null).GetAsync(Accounts + Fixture.Account));
        Expect.Json(401, Expect.PlainJson, error, await Cozy.With(null).PostAsync(Accounts, RestClient.JsonBody("{}")));
    }

    [Theory]
    [InlineData("""{"account_type":"bank","auth":{"url":"https://nextcloud.example/","login":"me","password":"x"}}""")]
    [InlineData("""{"auth":{"url":"https://nextcloud.example/","login":"me","password":"x"}}""")]
    [InlineData("""{"account_type":"nextcloud"}""")]
    [InlineData("""{"account_type":"nextcloud","auth":"text"}""")]
    [InlineData("""{"account_type":"nextcloud","auth":{"login":"me","password":"x"}}""")]
    [InlineData("""{"account_type":"nextcloud","auth":{"url":"","login":"me","password":"x"}}""")]
    [InlineData("""{"account_type":"nextcloud","auth":{"url":"nextcloud.example","login":"me","password":"x"}}""")]
    [InlineData("""{"account_type":"nextcloud","auth":{"url":"ftp://nextcloud.example/","login":"me","password":"x"}}""")]
    [InlineData("""{"account_type":"nextcloud","auth":{"url":7,"login":"me","password":"x"}}""")]
    [InlineData("""{"account_type":"nextcloud","auth":{"url":"https://nextcloud.example/","password":"x"}}""")]
    [InlineData("""{"account_type":"nextcloud","auth":{"url":"https://nextcloud.example/","login":"me"}}""")]
    [InlineData("""{"account_type":"nextcloud","auth":{"url":"https://nextcloud.example/","login":"me","credentials_encrypted":"forged"}}""")]
    [InlineData("""{"account_type":"nextcloud","auth":{"url":"https://nextcloud.example/","login":"me","credentials_encrypted":7}}""")]
    public async Task An_account_that_is_no_Nextcloud_login_is_400_on_every_route(string body)
    {
        var made = await Cozy.PostAsync(Accounts, RestClient.JsonBody(body));
        Expect.Status(201, made);
        var account = (string)JsonNode.Parse(made.Text)!["id"]!;

        foreach (var (method, path) in new[]
        {
            ("GET", "/x"), ("GET", "/x?Dl=1"), ("PUT", "/x"), ("PUT", "/x?Type=file"), ("DELETE", "/x"), ("POST", "/move/x?To=/y"), ("POST", "/copy/x"),
            ("POST", "/downstream/x?To=io.cozy.files.root-dir"), ("POST", "/upstream/x?From=y"), ("GET", "/trash/"), ("POST", "/restore/trash/x.d1"),
            ("DELETE", "/trash/x.d1"), ("DELETE", "/trash"), ("GET", "/size/"),
        })
        {
            Expect.BadRequest("invalid NextCloud account", await Cozy.SendAsync(method, $"/remote/nextcloud/{account}{path}"));
        }
    }

    [Fact]
    public async Task A_wrong_password_is_401_on_every_route()
    {
        var account = await RouteFixture.AddAccountAsync(Cozy, Nextcloud.Url.ToString(), Nextcloud.Login, "wrong-password");

        foreach (var (method, path) in new[] { ("GET", "/x"), ("GET", "/x?Dl=1"), ("PUT", "/x"), ("DELETE", "/x"), ("GET", "/trash/"), ("GET", "/size/") })
        {
            Expect.Error(401, "Unauthorized", "invalid authentication", await Cozy.SendAsync(method, $"/remote/nextcloud/{account}{path}"));
        }
    }

    [Fact]
    public async Task A_password_that_is_withdrawn_is_401()
    {
        var made = await Cozy.PostAsync(Accounts, RestClient.JsonBody(new JsonObject
        {
            ["account_type"] = "nextcloud",
            ["webdav_user_id"] = Nextcloud.UserId,
            ["auth"] = new JsonObject { ["url"] = Nextcloud.Url.ToString(), ["login"] = Nextcloud.Login, ["password"] = "withdrawn" },
        }.ToJsonString()));
        var account = (string)JsonNode.Parse(made.Text)!["id"]!;

        Expect.Error(401, "Unauthorized", "invalid authentication", await Cozy.GetAsync($"/remote/nextcloud/{account}{Folder}"));
        Expect.Error(401, "Unauthorized", "invalid authentication", await Cozy.PutAsync($"/remote/nextcloud/{account}{Folder}/x?Type=file", RestClient.Body("x")));
        Assert.Empty(await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task Many_first_questions_at_once_are_all_answered()
    {
        for (var round = 0; round < 5; round++)
        {
            var account = await RouteFixture.AddAccountAsync(Cozy, Nextcloud.Url.ToString(), Nextcloud.Login, Nextcloud.Password);

            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Cozy.GetAsync($"/remote/nextcloud/{account}{Folder}")));

            Assert.All(answers, answer => Expect.Json(200, Expect.JsonApi, """{"data":[],"meta":{"count":0}}""", answer));
        }
    }
}
