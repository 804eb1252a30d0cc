namespace RemoteFiles.Tests.Routes;

/// <summary>Web apps on other origins: preflights, and the headers on answers and on errors.</summary>
public sealed class CorsTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Origin = "https://settings.example.org";

    [Theory]
    [InlineData("/files/io.cozy.files.root-dir")]
    [InlineData("/remote/nextcloud/any/Documents?Dl=1")]
    [InlineData("/data/io.cozy.accounts/1")]
    public async Task A_preflight_needs_no_token_and_allows_what_was_asked(string target)
    {
        var answer = await Cozy.With(null).SendAsync(
            "OPTIONS", target, null, ("Origin", Origin), ("Access-Control-Request-Method", "PATCH"), ("Access-Control-Request-Headers", "authorization,if-match"));

        Expect.Status(204, answer);
        Assert.Equal(Origin, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("true", answer.Header("Access-Control-Allow-Credentials"));
        Assert.Equal("GET,HEAD,PUT,PATCH,POST,DELETE", answer.Header("Access-Control-Allow-Methods")?.Replace(" ", ""));
        Assert.Equal("authorization,if-match", answer.Header("Access-Control-Allow-Headers")?.Replace(" ", ""));
        Assert.Equal("43200", answer.Header("Access-Control-Max-Age"));
        Assert.Contains("Origin", answer.Header("Vary"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/files/io.cozy.files.root-dir", 200)]
    [InlineData("/files/unknown", 404)]
    public async Task Answers_and_errors_can_be_read_by_the_page_that_asked(string target, int status)
    {
        var answer = await Cozy.GetAsync(target, ("Origin", Origin));

        Expect.Status(status, answer);
        Assert.Equal(Origin, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("true", answer.Header("Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", answer.Header("Vary"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_origin_nothing_is_said()
    {
        Assert.Null((await Cozy.GetAsync("/files/io.cozy.files.root-dir")).Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/ocs/v2.php/cloud/user")]
    [InlineData("/remote.php/webdav/")]
    public async Task The_doors_of_Nextcloud_clients_are_closed_to_pages_of_other_origins(string target)
    {
        var answer = await Cozy.With(null).GetAsync(target, ("Origin", Origin));

        Assert.NotEqual(404, answer.Status);
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }
}
