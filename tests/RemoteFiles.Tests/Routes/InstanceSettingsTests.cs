using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>PUT /settings/instance, and what the operator says when an instance is added.</summary>
public sealed class InstanceSettingsTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Path = "/settings/instance";

    [Fact]
    public async Task What_the_operator_says_is_told()
    {
        var cozy = await AddAsync(
            ("Email", "alma@mail.example"), ("PublicName", "Alma"), ("Timezone", "Europe/Paris"), ("UUID", "u-1"), ("OIDCID", "o-1"), ("OrgDomain", "org.example"),
            ("OrgID", "g-1"), ("ContextName", "school"), ("TOSSigned", "1"), ("TOSLatest", "2"));

        Expect.Same(
            """
            {"locale":"en","email":"alma@mail.example","public_name":"Alma","tz":"Europe/Paris","onboarding_finished":true,"password_defined":true,"auto_update":false,
             "auth_mode":"basic","tos":"1","tos_latest":"2","uuid":"u-1","oidc_id":"o-1","org_domain":"org.example","org_id":"g-1","context":"school","default_redirection":""}
            """,
            Ids.Attributes(await cozy.GetAsync(Path)).ToJsonString());
    }

    [Fact]
    public async Task An_instance_has_an_id_of_its_own_even_if_nobody_gave_it_one() =>
        Assert.True(Guid.TryParse((string)Ids.Attributes(await (await AddAsync()).GetAsync(Path))["uuid"]!, out _));

    [Fact]
    public async Task The_user_changes_what_is_the_users_in_the_revision_that_was_read()
    {
        var cozy = await AddAsync(("UUID", "u-1"), ("Email", "old@mail.example"));
        var before = await cozy.GetAsync(Path);

        var answer = await PutAsync(
            cozy, before, """{"locale":"fr","public_name":"Alma","tz":"Asia/Tokyo","default_redirection":"drive/","auto_update":true,"uuid":"mine","context":"mine","org_id":"mine"}""");

        Expect.Status(200, answer);
        var attributes = Ids.Attributes(answer);
        Assert.Equal(("fr", "Alma", "Asia/Tokyo", "drive/", true), Changed(attributes));
        Assert.Equal(("old@mail.example", "u-1", "default", ""), ((string)attributes["email"]!, (string)attributes["uuid"]!, (string)attributes["context"]!, (string)attributes["org_id"]!));
        Assert.StartsWith("2-", RevOf(answer), StringComparison.Ordinal);
        Expect.Json(200, Expect.JsonApi, answer.Text, await cozy.GetAsync(Path));
        Expect.Conflict("Document update conflict.", await PutAsync(cozy, before, """{"tz":"UTC"}"""));
        Assert.Equal("UTC", (string)Ids.Attributes(await PutAsync(cozy, answer, """{"tz":"UTC"}"""))["tz"]!);

        static (string, string, string, string, bool) Changed(JsonNode now) => (
            (string)now["locale"]!, (string)now["public_name"]!, (string)now["tz"]!, (string)now["default_redirection"]!, (bool)now["auto_update"]!);
    }

    [Fact]
    public async Task A_new_language_is_that_of_the_instance_at_once()
    {
        var cozy = await AddAsync();
        var file = Ids.Of(await cozy.PostAsync("/files/io.cozy.files.root-dir?Type=file&Name=a.txt", RestClient.Body("x")));

        await PutAsync(cozy, await cozy.GetAsync(Path), """{"locale":"fr"}""");

        Assert.Equal("a (copie).txt", (string)Ids.Attributes(await cozy.PostAsync($"/files/{file}/copy"))["name"]!);
    }

    [Fact]
    public async Task Of_two_changes_of_one_revision_at_once_one_wins_and_one_is_409()
    {
        var cozy = await AddAsync();
        var before = await cozy.GetAsync(Path);

        var answers = await Task.WhenAll(PutAsync(cozy, before, """{"tz":"UTC"}"""), PutAsync(cozy, before, """{"tz":"Asia/Tokyo"}"""));

        Assert.Equal([200, 409], answers.Select(answer => answer.Status).Order());
    }

    [Theory]
    [InlineData("io.cozy.settings:PUT", 200)]
    [InlineData("io.cozy.settings:PUT:io.cozy.settings.instance", 200)]
    [InlineData("io.cozy.settings:PUT:io.cozy.settings.disk-usage", 403)]
    [InlineData("io.cozy.settings:GET,POST,PATCH,DELETE", 403)]
    [InlineData("io.cozy.files", 403)]
    public async Task A_change_takes_PUT_on_the_document(string scope, int status)
    {
        var cozy = await AddAsync();
        var before = await cozy.GetAsync(Path);

        Expect.Status(status, await PutAsync(cozy.With(await Fixture.Server.TokenAsync(cozy.Domain, scope)), before, """{"tz":"UTC"}"""));
        Assert.Equal(status == 200 ? "UTC" : "", (string)Ids.Attributes(await cozy.GetAsync(Path))["tz"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"data":{"attributes":{"tz":["x"]}}}""")]
    [InlineData("""{"data":{"attributes":{"public_name":"two\nlines"}}}""")]
    public async Task A_body_that_is_no_document_is_400(string body) => Expect.BadRequest(
        "JSON input is malformed or is missing mandatory fields", await (await AddAsync()).PutAsync(Path, RestClient.JsonBody(body)));

    [Fact]
    public async Task Without_a_revision_nothing_changes() =>
        Expect.Conflict("Document update conflict.", await (await AddAsync()).PutAsync(Path, RestClient.JsonBody("""{"data":{"attributes":{"tz":"UTC"}}}""")));

    private async Task<RestClient> AddAsync(params (string, string)[] profile)
    {
        var domain = $"{Guid.NewGuid():N}.example";
        await Fixture.Server.AddInstanceAsync(domain, profile: profile);
        return Fixture.Server.Client(domain, await Fixture.Server.TokenAsync(domain, "io.cozy.settings io.cozy.files"));
    }

    private static Task<Answer> PutAsync(RestClient cozy, Answer before, string attributes)
    {
        var data = new JsonObject
        {
            ["type"] = "io.cozy.settings",
            ["id"] = "io.cozy.settings.instance",
            ["meta"] = new JsonObject { ["rev"] = RevOf(before) },
            ["attributes"] = JsonNode.Parse(attributes),
        };
        return cozy.PutAsync(Path, RestClient.JsonBody(new JsonObject { ["data"] = data }.ToJsonString()));
    }

    private static string RevOf(Answer answer) => (string)Ids.Data(answer)["meta"]!["rev"]!;
}
