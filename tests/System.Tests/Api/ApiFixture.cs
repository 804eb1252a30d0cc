using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using StandIn;

namespace SystemTests.Api;

/// <summary>A started bridge with one of everything: a directory, a file, a document, an account of a stand-in Nextcloud that holds a file too.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    private const string Notes = "io.cozy.notes";
    private static readonly string[] AllScopes = ["io.cozy.files", "io.cozy.accounts", "io.cozy.settings", "io.cozy.nextcloud.migrations", Notes];

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private StandInNextcloud nextcloud = null!;
    private BridgeProcess bridge = null!;

    /// <summary>The value of a path variable that means something that is there, by the operation and its name.</summary>
    private readonly Dictionary<string, string> ids = [];

    internal IReadOnlyList<ApiOperation> Operations { get; private set; } = [];

    internal JsonNode Document { get; private set; } = null!;

    internal string Domain => bridge.Domain("alma");

    internal string Token { get; private set; } = "";

    /// <summary>Of the same instance, for a doctype that no route serves.</summary>
    internal string NarrowToken { get; private set; } = "";

    /// <summary>With all scopes, of another instance.</summary>
    internal string StrangeToken { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        nextcloud = await StandInNextcloud.StartAsync();
        bridge = await BridgeProcess.StartAsync(ct);
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(Domain, "passphrase", "en", quota: null, ct);
        await admin.AddInstanceAsync(bridge.Domain("bruno"), "passphrase", "en", quota: null, ct);
        Token = await admin.CliTokenAsync(Domain, AllScopes, ct);
        NarrowToken = await admin.CliTokenAsync(Domain, ["io.cozy.nothing"], ct);
        StrangeToken = await admin.CliTokenAsync(bridge.Domain("bruno"), AllScopes, ct);
        ids["account"] = await admin.AddAccountAsync(Domain, nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.User.Password, ct);

        var folder = await SendAsync("POST", "/files/?Type=directory&Name=kept", Token, null, ct);
        ids["folder"] = (string)JsonNode.Parse(folder.Text)!["data"]!["id"]!;
        var file = await SendAsync("POST", $"/files/{ids["folder"]}?Type=file&Name=kept.txt", Token, new StringContent("kept"), ct);
        ids["file"] = (string)JsonNode.Parse(file.Text)!["data"]!["id"]!;
        await SendAsync("PUT", $"/data/{Notes}/kept", Token, new StringContent("""{"title":"kept"}""", Encoding.UTF8, "application/json"), ct);
        await SendAsync("PUT", $"/remote/nextcloud/{ids["account"]}/kept.txt?Type=file", Token, new StringContent("kept"), ct);

        Document = JsonNode.Parse((await SendAsync("GET", "/openapi.json", null, null, ct)).Text)!;
        Operations = [.. ApiOperation.AllOf(Document)];
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await bridge.DisposeAsync();
        await nextcloud.DisposeAsync();
    }

    /// <summary>The path of an operation with a value for each variable: of something that is there.</summary>
    internal string Fill(ApiOperation operation, Func<string, string?> replace)
    {
        var path = operation.Path;
        foreach (var name in operation.PathVariables)
        {
            path = path.Replace($"{{{name}}}", replace(name) ?? Kept(operation, name), StringComparison.Ordinal);
        }

        return path;
    }

    internal string Fill(ApiOperation operation) => Fill(operation, _ => null);

    internal async Task<Answer> SendAsync(string method, string target, string? token, HttpContent? body, CancellationToken ct, params (string Name, string Value)[] headers)
    {
        var uri = new Uri($"http://127.0.0.1:{bridge.Port}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new(method), uri) { Content = body };
        request.Headers.Host = Domain;
        request.Headers.Accept.ParseAdd("application/json");
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Host")
            {
                request.Headers.Host = value;
            }
            else if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                body?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var answer = await http.SendAsync(request, ct);
        return new(answer.StatusCode, answer.Content.Headers.ContentType?.MediaType ?? "", await answer.Content.ReadAsStringAsync(ct));
    }

    /// <summary>Everything that bad input could have changed, as text.</summary>
    internal async Task<string> SnapshotAsync(CancellationToken ct)
    {
        var parts = new List<string>();
        foreach (var target in new[]
        {
            $"/files/{ids["folder"]}", $"/files/download/{ids["file"]}", $"/data/{Notes}/kept", $"/data/io.cozy.accounts/{ids["account"]}",
            $"/remote/nextcloud/{ids["account"]}/kept.txt?Dl=1", "/data/io.cozy.nextcloud.migrations/_all_docs", "/settings/instance",
        })
        {
            var answer = await SendAsync("GET", target, Token, null, ct);
            Assert.True(answer.Status == HttpStatusCode.OK, $"{target}: {answer}");
            parts.Add(answer.Text);
        }

        return string.Join('\n', parts);
    }

    private string Kept(ApiOperation operation, string variable) => variable switch
    {
        "account" => ids["account"],
        "doctype" => Notes,
        "user" => "alma",
        "path" => "kept.txt",
        _ when operation.Path.StartsWith("/data/", StringComparison.Ordinal) => "kept",
        _ when operation is { Method: "POST", Path: "/files/{id}" or "/files/{dir_id}" } => ids["folder"],
        _ => ids["file"],
    };

    internal sealed record Answer(HttpStatusCode Status, string MediaType, string Text)
    {
        public override string ToString() => $"{(int)Status} {MediaType} {Text[..Math.Min(200, Text.Length)]}";
    }
}
