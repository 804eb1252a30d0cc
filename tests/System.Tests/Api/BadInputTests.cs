using System.Text;
using System.Text.Json.Nodes;
using static SystemTests.Api.ApiFixture;

namespace SystemTests.Api;

/// <summary>
/// Every route of /openapi.json with unauthorised, malformed, oversized and repeated input: never a 5xx, always an error that its
/// clients can parse, and nothing of what was there before is another afterwards.
/// </summary>
public sealed class BadInputTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly string[] BadSegments =
        ["no-such-thing", "%ZZ", "%00", "%FF%FE", "..", ".", "%2e%2e", "a%2Fb", "%0d%0aX:y", new('x', 8_000), "%F0%9F%8D%8A", "'%22%3Cscript%3E", "_design", "-1"];

    private static readonly string[] BadValues =
        ["", "%00", "%FF", "-1", "99999999999999999999", "1e9", "null", "[]", "%7B%22a%22:", "../../etc/passwd", "%2e%2e%2f", new('x', 8_000), "true&{0}=false", "2024-13-45T99:99:99Z"];

    private static readonly string[] BadJson =
        ["", "{", "[]", "null", "\"text\"", "1e999", "{\"a\":1,}", "{\"data\":[]}", "{\"data\":{\"attributes\":[]}}", "{\"data\":{\"attributes\":{\"name\":7,\"tags\":7,\"dir_id\":{}}}}",
         "{\"_id\":7,\"_rev\":[]}", "{\"selector\":7}", "{\"selector\":{\"$or\":{}}}", "{\"docs\":7}", "{\"keys\":{}}", "{\"index\":[]}", "{\"\\u0000\":\"\\ud800\"}", "\u00ff\u00fe"];

    private static readonly (string, string)[] BadHeaders =
    [
        ("If-Match", "\"no such revision\""), ("If-Match", "1-"), ("If-None-Match", "\"\\"), ("Range", "bytes=9-1,-,x"), ("If-Range", "yesterday"), ("If-Modified-Since", "yesterday"),
        ("Depth", "seven"), ("Destination", "http://elsewhere.example/x"), ("Overwrite", "maybe"), ("If", "(<"), ("Lock-Token", "<>"), ("Content-MD5", "no"), ("OC-Checksum", "SHA1"), ("X-OC-Mtime", "soon"),
        ("Date", ""), ("Cookie", "=;=;"), ("X-Forwarded-Host", "elsewhere.example"), ("Accept-Encoding", "br;q=x"), ("Prefer", new string('x', 4_000)),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_token_that_allows_it_nothing_is_answered()
    {
        await WalkAsync(operation => operation.Scope is not null, async (operation, tell) =>
        {
            var target = api.Fill(operation);
            var others = operation.Scope == "" ? new[] { (string?)null, "no.token.at-all", api.StrangeToken } : [null, "no.token.at-all", api.StrangeToken, api.NarrowToken];
            foreach (var token in others)
            {
                var answer = await api.SendAsync(operation.Method, target, token, BodyFor(operation, "{}"), Ct);
                tell((int)answer.Status is 400 or 401 or 403 or 404, $"token {token?[..8]}", answer);
            }

            var unknownHost = await api.SendAsync(operation.Method, target, api.Token, BodyFor(operation, "{}"), Ct, ("Host", "nobody.localhost"));
            tell((int)unknownHost.Status == 404, "unknown instance", unknownHost);
        });
    }

    [Fact]
    public async Task A_malformed_path_is_refused()
    {
        await WalkAsync(operation => operation.PathVariables.Any(), async (operation, tell) =>
        {
            foreach (var variable in operation.PathVariables)
            {
                foreach (var bad in BadSegments)
                {
                    var target = api.Fill(operation, name => name == variable ? bad : null);
                    var answer = await api.SendAsync(operation.Method, target, api.Token, BodyFor(operation, "{}"), Ct);
                    tell((int)answer.Status < 500, $"{variable}={bad[..Math.Min(20, bad.Length)]}", answer);
                }
            }
        });
    }

    [Fact]
    public async Task A_malformed_query_is_refused()
    {
        await WalkAsync(operation => operation.QueryParameters.Any(), async (operation, tell) =>
        {
            // What changes something is asked for something that is not there: a parameter that is not read would not stop it.
            var path = operation.Changes ? api.Fill(operation, name => name is "account" or "doctype" or "user" ? null : "no-such-thing") : api.Fill(operation);
            foreach (var parameter in operation.QueryParameters)
            {
                foreach (var bad in BadValues)
                {
                    var name = Uri.EscapeDataString(parameter);
                    var value = bad.Replace("{0}", name, StringComparison.Ordinal);
                    var answer = await api.SendAsync(operation.Method, $"{path}?{name}={value}", api.Token, BodyFor(operation, "{}"), Ct);
                    tell((int)answer.Status < 500, $"{parameter}={bad[..Math.Min(20, bad.Length)]}", answer);
                }
            }
        });
    }

    [Fact]
    public async Task A_malformed_body_is_refused()
    {
        await WalkAsync(operation => operation.TakesJson, async (operation, tell) =>
        {
            string[] bodies = [.. BadJson, new string('[', 20_000), "{\"a\":\"" + new string('x', 20_000_000) + "\"}", "{\"a\":{\"b\":1},\"a\":2}"];
            foreach (var body in bodies)
            {
                var answer = await api.SendAsync(operation.Method, api.Fill(operation), api.Token, BodyFor(operation, body), Ct);
                tell((int)answer.Status < 500, $"body {body[..Math.Min(30, body.Length)]}", answer);
            }

            var other = await api.SendAsync(operation.Method, api.Fill(operation), api.Token, new StringContent("<a/>", Encoding.UTF8, "text/xml"), Ct);
            tell((int)other.Status is >= 400 and < 500, "XML for JSON", other);
        });
    }

    [Fact]
    public async Task Malformed_headers_are_refused_or_ignored()
    {
        await WalkAsync(_ => true, async (operation, tell) =>
        {
            var path = operation.Changes ? api.Fill(operation, name => name is "account" or "doctype" or "user" ? null : "no-such-thing") : api.Fill(operation);
            foreach (var header in BadHeaders)
            {
                var answer = await api.SendAsync(operation.Method, path, api.Token, BodyFor(operation, "{}"), Ct, header);
                tell((int)answer.Status < 500, header.ToString(), answer);
            }
        });
    }

    // Runs each operation that fits, collects what was wrong, and looks that nothing changed.
    private async Task WalkAsync(Func<ApiOperation, bool> fits, Func<ApiOperation, Action<bool, string, Answer>, Task> walk)
    {
        var before = await api.SnapshotAsync(Ct);
        var (wrong, asked) = (new List<string>(), 0);
        foreach (var operation in api.Operations.Where(operation => fits(operation) && !Sweeps(operation)))
        {
            await walk(operation, (holds, input, answer) =>
            {
                asked++;
                if (!holds || !ParsesAsItsError(operation, answer))
                {
                    wrong.Add($"{operation} with {input}: {answer}");
                }
            });
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(asked > 50, $"only {asked} requests were made");
        Assert.Equal(before, await api.SnapshotAsync(Ct));
    }

    // What empties a whole trash does so by right, whatever else is in the request.
    private static bool Sweeps(ApiOperation operation) => operation is { Method: "DELETE", Path: "/files/trash" or "/remote/nextcloud/{account}/trash" or "/remote/nextcloud/{account}/trash/{path}" };

    private static StringContent? BodyFor(ApiOperation operation, string text) =>
        operation.Bodies is [var type, ..] ? new(text, Encoding.Latin1) { Headers = { ContentType = new(type) } } : null;

    // cozy-api 1.2: the three writers. Without a body: what the HTTP server itself refuses (a NUL), and the conditions of a download (RFC 9110 section 13).
    private static bool ParsesAsItsError(ApiOperation operation, Answer answer)
    {
        var status = (int)answer.Status;
        var sansBody = answer.Text.Length == 0 && (status is 412 or 416 || (status == 400 && answer.MediaType.Length == 0));
        if (status < 400 || operation.SpeaksItsOwnProtocol || sansBody)
        {
            return true;
        }

        try
        {
            var body = JsonNode.Parse(answer.Text) as JsonObject;
            return body?["errors"] is JsonArray { Count: 1 } errors && errors[0] is JsonObject error
                ? (string?)error["status"] == $"{status}" && error["source"] is JsonObject && error["title"] is not null && answer.MediaType == "application/vnd.api+json"
                : body?["error"] is JsonValue && answer.MediaType == "application/json";
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}
