using System.Text.Json.Nodes;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Security;

/// <summary>What every answer says to browsers and caches: OWASP ASVS 4.0.3, sections 3.4, 8.2 and 14.4.</summary>
public sealed class AnswerHeaderTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Script = "<!doctype html><script>fetch('/data/io.cozy.accounts/_all_docs')</script>";

    [Theory]
    [InlineData("GET", "/files/io.cozy.files.root-dir", 200)]
    [InlineData("GET", "/files/unknown", 404)]
    [InlineData("GET", "/data/io.cozy.accounts/_all_docs", 200)]
    [InlineData("GET", "/data/io.cozy.accounts/unknown", 404)]
    [InlineData("GET", "/settings/instance", 200)]
    [InlineData("GET", "/remote/nextcloud/{account}/", 200)]
    [InlineData("GET", "/remote/nextcloud/unknown/", 404)]
    [InlineData("GET", "/remote/nextcloud/accounts", 405)]
    [InlineData("GET", "/nothing/at/all", 404)]
    [InlineData("GET", "/files/..%2f", 400)]
    [InlineData("GET", "/status.php", 200)]
    [InlineData("GET", "/public/avatar", 200)]
    [InlineData("GET", "/openapi.json", 200)]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/ocs/v2.php/cloud/capabilities", 200)]
    [InlineData("GET", "/ocs/v2.php/cloud/user", 401)]
    [InlineData("PROPFIND", "/remote.php/dav/files/cozy/", 401)]
    [InlineData("POST", "/login/v2", 200)]
    [InlineData("GET", "/login/v2/flow/unknown", 403)]
    [InlineData("POST", "/session/token", 403)]
    public async Task Every_answer_is_what_it_says_and_runs_nothing_and_stays_with_its_caller(string method, string target, int status)
    {
        var client = method == "PROPFIND" || target.StartsWith("/ocs/", StringComparison.Ordinal) ? Cozy.With(null) : Cozy;

        var answer = await client.SendAsync(method, target.Replace("{account}", Fixture.Account, StringComparison.Ordinal), null, ("Accept", "application/json"), ("OCS-APIRequest", "true"));

        Expect.Status(status, answer);
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
        Assert.StartsWith("default-src 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Matches("^(no-store|private, no-cache$)", answer.Header("Cache-Control"));
        Assert.Null(answer.Header("Server"));
        Assert.Null(answer.Header("X-Powered-By"));
    }

    [Fact]
    public async Task A_page_that_was_uploaded_runs_nothing_in_the_origin_of_the_instance_through_any_door()
    {
        var directory = await MakeDirectoryAsync();
        var stored = await Cozy.PostAsync($"/files/{directory}?Type=file&Name=page.html", RestClient.Body(Script, "text/html"));
        Expect.Status(201, stored);
        await Nextcloud.PutAsync(Folder + "/page.html", Script);
        var link = (string)JsonNode.Parse((await Cozy.PostAsync("/files/downloads?Id=" + Ids.Of(stored))).Text)!["links"]!["related"]!;
        var password = (await Fixture.Server.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", Cozy.Domain), ("Name", "test"))).Text.Trim();
        var basic = NextcloudApp.Basic("cozy", password);

        var answers = new[]
        {
            await Cozy.GetAsync("/files/download/" + Ids.Of(stored)),
            await Cozy.GetAsync($"/files/download?Path={Folder}/page.html"),
            await Cozy.With(null).GetAsync(link),
            await Cozy.GetAsync(Target("/page.html") + "?Dl=1"),
            await Cozy.With(null).GetAsync($"/remote.php/dav/files/cozy{Folder}/page.html", ("Authorization", basic)),
            await Cozy.With(null).GetAsync($"/remote.php/webdav{Folder}/page.html", ("Authorization", basic)),
        };

        Assert.All(answers, answer =>
        {
            Assert.Equal((200, Script), (answer.Status, answer.Text));
            Assert.Equal("default-src 'none'; sandbox", answer.Header("Content-Security-Policy"));
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.StartsWith("private", answer.Header("Cache-Control") ?? "", StringComparison.Ordinal);
        });
        Assert.All(answers.TakeLast(2), answer => Assert.Equal("same-origin", answer.Header("Cross-Origin-Resource-Policy")));
    }

    [Theory]
    [InlineData("text/html; x=\u00e9")]
    [InlineData("text/\u00e9")]
    [InlineData("text/plain; x=\"\u2028\"")]
    public async Task A_type_that_no_header_can_hold_is_refused_or_left_out_and_the_file_can_be_read(string type)
    {
        var directory = await MakeDirectoryAsync();
        var stored = await Cozy.PostAsync($"/files/{directory}?Type=file&Name=odd", RestClient.Body("odd", type));
        if (stored.Status == 422)
        {
            return;
        }

        Expect.Status(201, stored);
        var read = await Cozy.GetAsync("/files/download/" + Ids.Of(stored));
        Assert.Equal((200, "odd"), (read.Status, read.Text));
    }
}
