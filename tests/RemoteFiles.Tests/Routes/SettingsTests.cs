using System.Globalization;
using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>GET /settings/…: what web apps ask about their instance when they start.</summary>
public sealed class SettingsTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Usage = "/settings/disk-usage";

    [Fact]
    public async Task The_disk_usage_is_told_as_text_with_the_quota()
    {
        var cozy = await Fixture.AddInstanceAsync("limited.example", quota: 5368709120);
        Expect.Status(201, await cozy.PostAsync("/files/io.cozy.files.root-dir?Type=file&Name=ten", RestClient.Body("0123456789")));

        Expect.Json(200, Expect.JsonApi, UsageOf("""{"used":"10","quota":"5368709120","files":"10","versions":"0"}"""), await cozy.GetAsync(Usage));
    }

    [Fact]
    public async Task Without_a_limit_there_is_no_quota()
    {
        var cozy = await Fixture.AddInstanceAsync("unlimited.example");

        Expect.Json(200, Expect.JsonApi, UsageOf("""{"used":"0","files":"0","versions":"0"}"""), await cozy.GetAsync(Usage));
    }

    [Fact]
    public async Task The_trash_is_told_when_it_is_asked_for()
    {
        var before = await TrashAsync();
        var file = await UploadAsync("io.cozy.files.root-dir", "moved away", "123");
        Expect.Status(204, await Cozy.PostAsync(Target("/moved away", "upstream") + "?From=" + file));

        Assert.Equal(before + 3, await TrashAsync());
        Assert.Null(Ids.Attributes(await Cozy.GetAsync(Usage))["trash"]);

        async Task<long> TrashAsync() =>
            long.Parse((string)Ids.Attributes(await Cozy.GetAsync(Usage + "?include=trash"))["trash"]!, CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("io.cozy.settings:GET", 200)]
    [InlineData("io.cozy.settings:GET:io.cozy.settings.disk-usage", 200)]
    [InlineData("io.cozy.settings:GET:io.cozy.settings.instance", 403)]
    [InlineData("io.cozy.settings:PUT", 403)]
    [InlineData("io.cozy.files:POST", 200)]
    [InlineData("io.cozy.files:POST:some-directory", 200)]
    [InlineData("io.cozy.files:GET", 403)]
    [InlineData("io.cozy.accounts", 403)]
    public async Task The_disk_usage_is_for_those_who_read_settings_or_write_files(string scope, int status) =>
        Expect.Status(status, await Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, scope)).GetAsync(Usage));

    [Fact]
    public async Task The_instance_is_described()
    {
        await Fixture.Server.AddInstanceAsync("alma.example:8080", "fr", null, ("UUID", "an-id"));
        var cozy = Fixture.Server.Client("alma.example:8080", await Fixture.Server.TokenAsync("alma.example:8080", "io.cozy.files"));

        var answer = await cozy.GetAsync("/settings/instance");

        Expect.Status(200, answer);
        Assert.Matches("^1-[0-9a-f]{32}$", (string)JsonNode.Parse(answer.Text)!["data"]!["meta"]!["rev"]!);
        Expect.Same(
            """
            {"locale":"fr","email":"","public_name":"alma","tz":"","onboarding_finished":true,"password_defined":true,"auto_update":false,"auth_mode":"basic",
             "tos":"","tos_latest":"","uuid":"an-id","oidc_id":"","org_domain":"","org_id":"","context":"default","default_redirection":""}
            """,
            Ids.Attributes(answer).ToJsonString());
        Assert.Equal("io.cozy.settings.instance", Ids.Of(answer));
    }

    [Fact]
    public async Task The_capabilities_are_told() => Expect.Json(
        200,
        Expect.JsonApi,
        Document("capabilities", """
            {"file_versioning":false,"flat_subdomains":false,"can_auth_with_password":true,"can_auth_with_magic_links":false,"can_auth_with_oidc":false}
            """),
        await Cozy.GetAsync("/settings/capabilities"));

    [Fact]
    public async Task The_context_and_the_flags_are_those_of_the_operator()
    {
        await using var server = await RestServer.StartAsync(
            ("Settings:Context:help_link", "https://help.example/"), ("Settings:Flags:mine", "true"), ("Settings:Flags:settings.migration.enabled", "false"));
        await server.AddInstanceAsync("told.example");
        var cozy = server.Client("told.example", await server.TokenAsync("told.example", "io.cozy.files"));

        Expect.Json(200, Expect.JsonApi, Document("context", """{"help_link":"https://help.example/"}"""), await cozy.GetAsync("/settings/context"));
        Expect.Json(200, Expect.JsonApi, Document("flags", """{"mine":true,"settings.migration.enabled":false}"""), await cozy.GetAsync("/settings/flags"));
    }

    [Fact]
    public async Task Where_the_operator_says_nothing_the_context_is_empty_and_the_migration_is_offered()
    {
        Expect.Json(200, Expect.JsonApi, Document("context", "{}"), await Cozy.GetAsync("/settings/context"));
        Expect.Json(200, Expect.JsonApi, Document("flags", """{"settings.migration.enabled":true}"""), await Cozy.GetAsync("/settings/flags"));
    }

    [Theory]
    [InlineData("disk-usage")]
    [InlineData("instance")]
    [InlineData("capabilities")]
    [InlineData("context")]
    [InlineData("flags")]
    public async Task Only_a_valid_token_of_the_instance_opens_settings(string name)
    {
        var other = await Fixture.AddInstanceAsync($"other-{name}.example");

        Expect.Status(401, await Cozy.With(null).GetAsync("/settings/" + name));
        Expect.Status(400, await Cozy.With("nonsense").GetAsync("/settings/" + name));
        Expect.Status(400, await Cozy.With(other.Token).GetAsync("/settings/" + name));
        Expect.Status(200, await other.GetAsync("/settings/" + name));
    }

    private static string UsageOf(string attributes) => Document("disk-usage", attributes);

    private static string Document(string name, string attributes) => $$"""
        {"data":{"type":"io.cozy.settings","id":"io.cozy.settings.{{name}}","attributes":{{attributes}},"meta":{},"links":{"self":"/settings/{{name}}"} } }
        """;
}
