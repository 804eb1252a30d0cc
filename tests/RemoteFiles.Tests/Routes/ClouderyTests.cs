using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>POST /api/public/instances/:fqdn/token on the operator's port, as a migration service asks a Cloudery.</summary>
public sealed class ClouderyTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Bearer = "Bearer " + RestServer.AdminSecret;
    private const string Asked =
        """{"audience":"app","scope":"io.cozy.nextcloud.migrations io.cozy.remote.nextcloud.files io.cozy.files io.cozy.settings","subject":"settings"}""";

    private static readonly string Door = $"/api/public/instances/{RouteFixture.Domain}/token";

    [Fact]
    public async Task A_service_gets_a_token_with_the_rights_of_the_settings_app()
    {
        var cozy = Cozy.With(await TokenAsync());

        Expect.Status(200, await cozy.GetAsync("/settings/disk-usage"));
        Expect.Status(200, await cozy.GetAsync("/data/io.cozy.accounts/" + Fixture.Account));
        Expect.Status(200, await cozy.GetAsync("/files/io.cozy.files.root-dir"));
        Expect.Status(403, await cozy.PostAsync("/data/io.cozy.accounts/", RestClient.JsonBody("{}")));
    }

    [Fact]
    public async Task Its_token_outlives_a_long_migration_and_another_app_token_does_not()
    {
        var (served, usual) = (Cozy.With(await TokenAsync()), Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "", "app", "settings")));
        try
        {
            Fixture.Server.Clock.Shift = TimeSpan.FromHours(23.9);
            Expect.Status(200, await served.GetAsync("/settings/disk-usage"));
            Expect.Status(400, await usual.GetAsync("/settings/disk-usage"));

            Fixture.Server.Clock.Shift = TimeSpan.FromHours(24.1);
            var expired = await served.GetAsync("/settings/disk-usage", ("Accept", "application/json"));
            Expect.Status(400, expired);
            Expect.Same("""{"error":"Expired token"}""", expired.Text);
        }
        finally
        {
            Fixture.Server.Clock.Shift = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task The_operator_says_how_long_it_lives()
    {
        await using var server = await RestServer.StartAsync(("Admin:TokenValidity", "00:01:00"));
        await server.AddInstanceAsync("short.example");
        var answer = await server.OperatorAsync("/api/public/instances/short.example/token", Bearer, Asked);
        var cozy = server.Client("short.example", (string)JsonNode.Parse(answer.Text)!["token"]!);

        Expect.Status(200, await cozy.GetAsync("/settings/flags"));
        server.Clock.Shift = TimeSpan.FromMinutes(2);
        Expect.Status(400, await cozy.GetAsync("/settings/flags"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer")]
    [InlineData("Bearer " + RestServer.AdminSecret + "x")]
    [InlineData("Basic YWRtaW46YWRtaW4tc2VjcmV0LW9mLXRoZS10ZXN0cw==")]
    public async Task Without_the_secret_it_is_401(string? authorization) =>
        Expect.Status(401, await Fixture.Server.OperatorAsync(Door, authorization, Asked));

    [Fact]
    public async Task An_unknown_instance_is_404() =>
        Expect.NotFound("there is no instance nobody.example", await Fixture.Server.OperatorAsync("/api/public/instances/nobody.example/token", Bearer, Asked));

    [Theory]
    [InlineData("""{"audience":"cli","subject":"settings"}""", 422)]
    [InlineData("""{"audience":"app","subject":"drive"}""", 422)]
    [InlineData("""{"audience":"app"}""", 422)]
    [InlineData("""{"audience":["app"],"subject":"settings"}""", 422)]
    [InlineData("{}", 422)]
    [InlineData("[]", 400)]
    [InlineData("{", 400)]
    public async Task What_it_does_not_serve_is_refused(string body, int status) =>
        Expect.Status(status, await Fixture.Server.OperatorAsync(Door, Bearer, body));

    [Fact]
    public async Task It_is_on_the_operators_port_alone()
    {
        var answer = await Cozy.With(RestServer.AdminSecret).PostAsync(Door, RestClient.JsonBody(Asked));

        Expect.Status(404, answer);
        Assert.DoesNotContain("token", answer.Text, StringComparison.Ordinal);
    }

    private async Task<string> TokenAsync()
    {
        var answer = await Fixture.Server.OperatorAsync(Door, Bearer, Asked);
        Expect.Status(200, answer);
        return (string)JsonNode.Parse(answer.Text)!["token"]!;
    }
}
