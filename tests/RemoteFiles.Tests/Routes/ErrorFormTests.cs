namespace RemoteFiles.Tests.Routes;

/// <summary>Errors in the form that clients parse: A of a domain, B of the framework by Accept, C under /data.</summary>
public sealed class ErrorFormTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("application/vnd.api+json")]
    [InlineData("text/html")]
    [InlineData("*/*")]
    [InlineData("")]
    public async Task An_error_of_the_domain_is_JSON_API_whatever_is_accepted(string accept)
    {
        Expect.NotFound("file/directory not found", await Cozy.GetAsync(Target("/missing"), Accept(accept)));
        Expect.NotFound("account not found", await Cozy.GetAsync("/remote/nextcloud/missing/", Accept(accept)));
        Expect.NotFound("file does not exist", await Cozy.GetAsync("/files/metadata?Path=/missing", Accept(accept)));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/html, application/json")]
    [InlineData("application/json;q=0.9")]
    public async Task A_refusal_is_plain_JSON_where_JSON_is_accepted(string accept)
    {
        var answer = await Cozy.With(null).GetAsync(Target(""), Accept(accept));

        Expect.Status(401, answer);
        Assert.Equal("application/json", answer.ContentType);
        Expect.Same("""{"error":"No token in request"}""", answer.Text);
    }

    [Fact]
    public async Task A_refusal_is_a_page_where_HTML_is_accepted()
    {
        var answer = await Cozy.With(null).GetAsync(Target(""), Accept("text/html"));

        Expect.Status(401, answer);
        Assert.StartsWith("text/html", answer.ContentType, StringComparison.Ordinal);
        Assert.Contains("No token in request", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/vnd.api+json")]
    [InlineData("")]
    public async Task A_refusal_is_text_otherwise(string accept)
    {
        foreach (var (client, status, text) in new[]
        {
            (Cozy.With(null), 401, "No token in request"),
            (Cozy.With("nonsense"), 400, "Invalid JWT token"),
            (Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.accounts")), 403, "Forbidden"),
            (Fixture.Server.Client("unknown.example", Cozy.Token), 404, "Instance not found"),
        })
        {
            var answer = await client.GetAsync(Target(""), Accept(accept));
            Expect.Status(status, answer);
            Assert.StartsWith("text/plain", answer.ContentType, StringComparison.Ordinal);
            Assert.Equal(text, answer.Text);
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("*/*")]
    public async Task Under_data_every_error_is_in_the_form_of_CouchDB(string accept)
    {
        const string accounts = "/data/io.cozy.accounts/";
        foreach (var (client, status, error) in new[]
        {
            (Cozy.With(null), 401, "code=401, message=No token in request"),
            (Cozy.With("nonsense"), 400, "code=400, message=Invalid JWT token"),
            (Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.files")), 403, "code=403, message=Forbidden"),
            (Fixture.Server.Client("unknown.example", Cozy.Token), 404, "code=404, message=Instance not found"),
        })
        {
            Expect.Json(status, Expect.PlainJson, $$"""{"error":"{{error}}"}""", await client.GetAsync(accounts + Fixture.Account, Accept(accept)));
        }

        Expect.Json(
            404, Expect.PlainJson, """{"error":"not_found","ok":false,"reason":"missing","status":"404"}""", await Cozy.GetAsync(accounts + "missing", Accept(accept)));
        Expect.Json(
            400, Expect.PlainJson, """{"error":"Bad Request(400): defined_id"}""", await Cozy.PostAsync(accounts, RestClient.JsonBody("""{"_id":"x"}"""), Accept(accept)));
    }

    [Fact]
    public async Task A_token_error_under_data_carries_the_challenge()
    {
        var answer = await Cozy.With("nonsense").GetAsync("/data/io.cozy.accounts/x");

        Assert.Equal("Bearer error=\"invalid_token\"", answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_question_for_a_missing_path_has_what_clients_look_for()
    {
        var answer = await Cozy.GetAsync("/files/metadata?Path=" + Uri.EscapeDataString("/not there"), Accept("application/json"));

        Expect.NotFound("file does not exist", answer);
        Assert.DoesNotContain("\"message\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_route_is_404()
    {
        var answer = await Cozy.GetAsync("/unknown/route", Accept("application/json"));

        Expect.Status(404, answer);
        Expect.Same("""{"error":"Not Found"}""", answer.Text);
    }

    [Theory]
    [InlineData("PATCH", "/remote/nextcloud/{account}/x", "DELETE, GET, HEAD, PUT")]
    [InlineData("POST", "/remote/nextcloud/{account}/x", "DELETE, GET, HEAD, PUT")]
    [InlineData("PUT", "/files/x/relationships/contents", "GET, HEAD")]
    public async Task A_method_that_a_route_has_not_is_405_with_those_it_has(string method, string path, string allow)
    {
        var answer = await Cozy.SendAsync(method, path.Replace("{account}", Fixture.Account, StringComparison.Ordinal), null, Accept("application/json"));

        Expect.Status(405, answer);
        Expect.Same("""{"error":"Method Not Allowed"}""", answer.Text);
        Assert.Equal(allow, string.Join(", ", answer.Header("Allow")!.Split(',', StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Signs_of_HTML_are_escaped_in_JSON()
    {
        var answer = await Cozy.GetAsync("/files/io.cozy.files.root-dir?page[cursor]=" + Uri.EscapeDataString("<script>&"));

        Expect.BadRequest("bad json cursor <script>&", answer);
        Assert.Contains("\\u003cscript\\u003e\\u0026", answer.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Empty_headers_and_bodies_count_as_absent()
    {
        var directory = await MakeDirectoryAsync();

        Expect.Status(201, await Cozy.PostAsync($"/files/{directory}?Name=N%20m&Type=directory&MetadataID=", null, ("Date", ""), ("If-Match", "")));
        Expect.Status(200, await Cozy.GetAsync("/files/" + directory, ("If-Match", ""), ("If-None-Match", "")));
    }

    private static (string Name, string Value)[] Accept(string accept) => accept.Length > 0 ? [("Accept", accept)] : [];
}
