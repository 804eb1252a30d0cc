using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>How the page of an instance gets its tokens, and that no other page does.</summary>
public sealed class SessionTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Origin = "http://" + RouteFixture.Domain;
    private static int last;
    private readonly string address = $"203.0.113.{Interlocked.Increment(ref last)}";

    [Fact]
    public async Task The_passphrase_gives_a_token_for_minutes_and_a_cookie_for_the_next_one()
    {
        var answer = await SignInAsync("a passphrase", Origin);

        Expect.Status(200, answer);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Matches("^session=[^;]+; path=/session; samesite=strict; httponly$", answer.Header("Set-Cookie"));
        var json = JsonNode.Parse(answer.Text)!;
        Assert.InRange((int)json["expires_in"]!, 60, 15 * 60);
        var page = Cozy.With((string)json["token"]!);
        Expect.Status(200, await page.GetAsync("/files/io.cozy.files.root-dir"));
        Expect.Status(403, await page.PutAsync("/settings/instance", RestClient.JsonBody("{}")));

        Fixture.Server.Clock.Shift += TimeSpan.FromMinutes(16);
        Expect.Status(400, await page.GetAsync("/files/io.cozy.files.root-dir"));
        var next = await Anyone.PostAsync("/session/token", null, [("Origin", Origin), ("Cookie", CookieOf(answer))]);

        Expect.Status(200, next);
        Expect.Status(200, await Cozy.With((string)JsonNode.Parse(next.Text)!["token"]!).GetAsync("/files/io.cozy.files.root-dir"));
        Fixture.Server.Clock.Shift += TimeSpan.FromHours(13);
        Expect.Status(204, await Anyone.PostAsync("/session/token", null, [("Origin", Origin), ("Cookie", CookieOf(next))]));
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("null", "")]
    [InlineData("http://evil.example:8080", "")]
    [InlineData("http://cozy.example", "")]
    [InlineData("http://cozy.example:8080.evil.example", "")]
    [InlineData(Origin, "same-site")]
    [InlineData(Origin, "cross-site")]
    public async Task No_other_page_signs_in_nor_gets_a_token_for_the_cookie(string? origin, string site)
    {
        var cookie = CookieOf(await SignInAsync("a passphrase", Origin));
        (string, string)[] headers = [("Cookie", cookie), .. origin is null ? Array.Empty<(string, string)>() : [("Origin", origin)], .. site.Length > 0 ? [("Sec-Fetch-Site", site)] : Array.Empty<(string, string)>()];

        Expect.Status(403, await Anyone.PostAsync("/session", RestClient.JsonBody("""{"passphrase":"a passphrase"}"""), headers));
        var renewed = await Anyone.PostAsync("/session/token", null, headers);

        Expect.Status(403, renewed);
        Assert.Null(renewed.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_wrong_passphrase_is_counted_with_those_of_the_login_pages()
    {
        for (var i = 0; i < 10; i++)
        {
            Expect.Status(403, await SignInAsync("wrong", Origin));
        }

        var refused = await SignInAsync("a passphrase", Origin);

        Expect.Status(429, refused);
        Assert.NotNull(refused.Header("Retry-After"));
    }

    [Fact]
    public async Task A_cookie_of_another_instance_or_a_forged_one_is_nobodys()
    {
        var domain = $"other-{Folder[1..]}.example";
        var other = (await Fixture.AddInstanceAsync(domain)).With(null);
        var cookie = CookieOf(await SignInAsync("a passphrase", Origin));

        Expect.Status(204, await other.PostAsync("/session/token", null, [("Origin", "https://" + domain), ("Cookie", cookie)]));
        Expect.Status(204, await Anyone.PostAsync("/session/token", null, [("Origin", Origin), ("Cookie", cookie[..^4] + "AAAA")]));
        Expect.Status(204, await Anyone.PostAsync("/session/token", null, [("Origin", Origin)]));
    }

    [Theory]
    [InlineData("text/plain", """{"passphrase":"a passphrase"}""", 415)]
    [InlineData("application/json", "[]", 400)]
    [InlineData("application/json", """{"passphrase":["a passphrase"]}""", 403)]
    public async Task What_is_no_passphrase_in_JSON_is_refused(string type, string body, int status) =>
        Expect.Status(status, await Anyone.PostAsync("/session", RestClient.Body(body, type), [("Origin", Origin), ("X-Forwarded-For", address)]));

    [Fact]
    public async Task Behind_a_proxy_with_TLS_the_cookie_is_secure_and_for_the_path_that_is_seen()
    {
        var answer = await Anyone.PostAsync(
            "/session",
            RestClient.JsonBody("""{"passphrase":"a passphrase"}"""),
            [("Origin", "https://" + RouteFixture.Domain), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/my/cozy"), ("X-Forwarded-For", address)]);

        Assert.EndsWith("; path=/my/cozy/session; secure; samesite=strict; httponly", answer.Header("Set-Cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_TLS_no_neighbouring_host_can_set_the_cookie()
    {
        (string, string)[] headers = [("Origin", "https://" + RouteFixture.Domain), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", address)];

        var answer = await Anyone.PostAsync("/session", RestClient.JsonBody("""{"passphrase":"a passphrase"}"""), headers);

        Assert.Matches("^__Host-session=[^;]+; path=/; secure; samesite=strict; httponly$", answer.Header("Set-Cookie"));
        Expect.Status(200, await Anyone.PostAsync("/session/token", null, [.. headers, ("Cookie", CookieOf(answer))]));
        Expect.Status(204, await Anyone.PostAsync("/session/token", null, [.. headers, ("Cookie", CookieOf(answer)["__Host-".Length..])]));
    }

    [Fact]
    public async Task After_signing_out_a_copy_of_the_cookie_gets_no_token_and_other_sessions_go_on()
    {
        var (mine, other) = (CookieOf(await SignInAsync("a passphrase", Origin)), CookieOf(await SignInAsync("a passphrase", Origin)));

        Expect.Status(204, await Anyone.DeleteAsync("/session", [("Origin", Origin), ("Cookie", mine)]));

        foreach (var written in new[] { mine, mine + "=", mine[..^1] + (char)(mine[^1] + 1) })
        {
            Expect.Status(204, await Anyone.PostAsync("/session/token", null, [("Origin", Origin), ("Cookie", written)]));
        }

        Expect.Status(200, await Anyone.PostAsync("/session/token", null, [("Origin", Origin), ("Cookie", other)]));
        Assert.DoesNotContain(Fixture.Server.Log.Lines, line => line.Contains(mine["session=".Length..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_away()
    {
        var answer = await Anyone.DeleteAsync("/session", [("Origin", Origin)]);

        Expect.Status(204, answer);
        Assert.StartsWith("session=; expires=Thu, 01 Jan 1970", answer.Header("Set-Cookie"), StringComparison.Ordinal);
    }

    private RestClient Anyone => Cozy.With(null);

    private Task<Answer> SignInAsync(string passphrase, string origin) => Anyone.PostAsync(
        "/session", RestClient.JsonBody(new JsonObject { ["passphrase"] = passphrase }.ToJsonString()), [("Origin", origin), ("X-Forwarded-For", address)]);

    private static string CookieOf(Answer answer) => answer.Header("Set-Cookie")!.Split(';')[0];
}
