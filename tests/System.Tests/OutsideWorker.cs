using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StandIn;

namespace SystemTests;

/// <summary>
/// The migration service that is in use, as it was recorded: request by request, with its headers (cozy-api section 13). The
/// address of the bridge itself is the instance, since the service builds its URLs from it.
/// </summary>
internal sealed partial class OutsideWorker(BridgeProcess bridge, StandInNextcloud nextcloud, CancellationToken ct) : IDisposable
{
    public const string Data = "/data/io.cozy.nextcloud.migrations/";

    private readonly HttpClient http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All }) { Timeout = Timeout.InfiniteTimeSpan };
    private string token = "";

    /// <summary>How often it asked for a token.</summary>
    public int Renewals { get; private set; }

    public static string Now => "2026-04-13T11:21:00.000Z";

    private string Domain => bridge.Address.Authority;

    public void Dispose() => http.Dispose();

    /// <summary>From here on its token is refused, as one that has expired.</summary>
    public void SpoilToken() => token += "x";

    /// <summary>Depth first: a listing a directory, a stat or a creation for each directory in it, and a transfer at once for each file.</summary>
    public async Task<int> BringAllAsync(string account, string target, string targetPath, Action<int> brought)
    {
        var files = 0;
        var waiting = new Stack<(string Path, string Id, string To)>([("", target, targetPath)]);
        while (waiting.TryPop(out var folder))
        {
            foreach (var entry in (await GetAsync($"/remote/nextcloud/{account}{(folder.Path.Length == 0 ? "/" : folder.Path)}"))["data"]!.AsArray())
            {
                var attributes = entry!["attributes"]!;
                var name = (string)attributes["name"]!;
                var path = $"{folder.Path}/{Uri.EscapeDataString(name)}";
                if ((string)attributes["type"]! == "directory")
                {
                    waiting.Push((path, await EnsureAsync(folder.Id, folder.To, name), $"{folder.To}/{name}"));
                }
                else
                {
                    await DownstreamAsync(account, path[1..], folder.Id, name, (long)attributes["size"]!);
                    brought(++files);
                }
            }
        }

        return files;
    }

    /// <summary>As the Cloudery gives it out, on the operator's port.</summary>
    public async Task RenewTokenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(bridge.AdminAddress, $"/api/public/instances/{Domain}/token"))
        {
            Content = new StringContent(
                """{"audience":"app","scope":"io.cozy.nextcloud.migrations io.cozy.remote.nextcloud.files io.cozy.files io.cozy.settings","subject":"settings"}""",
                Encoding.UTF8,
                MediaTypeHeaderValue.Parse("application/json")),
        };
        request.Headers.Authorization = new("Bearer", bridge.AdminSecret);
        using var answer = await http.SendAsync(request, ct);
        token = (string)(await JsonAsync(answer))["token"]!;
        Renewals++;
    }

    public Task<HttpResponseMessage> PostMigrationAsync() => SendAsync(HttpMethod.Post, "/remote/nextcloud/migration", new JsonObject
    {
        ["nextcloud_url"] = nextcloud.Url.ToString(),
        ["nextcloud_login"] = nextcloud.User.Login,
        ["nextcloud_app_password"] = nextcloud.User.Password,
        ["target_dir"] = "/Nextcloud imported files",
    }.ToJsonString());

    public async Task<(string Id, string Account)> TriggerAsync()
    {
        using var answer = await PostMigrationAsync();
        var id = (string)(await JsonAsync(answer))["data"]!["id"]!;
        return (id, (string)(await GetAsync(Data + id))["account_id"]!);
    }

    // As the client library does: read, spread, change, write everything back with what it added itself.
    public async Task<JsonNode> TrackAsync(string id, params (string Name, JsonNode? Value)[] changes)
    {
        var document = await GetAsync(Data + id);
        document["id"] = id;
        foreach (var (name, value) in changes)
        {
            document[name] = value;
        }

        using var answer = await SendAsync(HttpMethod.Put, Data + id, document.ToJsonString());
        var written = await JsonAsync(answer);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, written.ToJsonString());
        Assert.NotEqual((string)document["_rev"]!, (string)written["data"]!["_rev"]!);
        return written["data"]!.DeepClone();
    }

    public async Task<string> EnsureAsync(string parent, string parentPath, string name)
    {
        using var found = await SendAsync(HttpMethod.Get, $"/files/metadata?Path={Uri.EscapeDataString($"{parentPath}/{name}")}");
        if (found.StatusCode == HttpStatusCode.OK)
        {
            return (string)(await JsonAsync(found))["data"]!["id"]!;
        }

        Assert.Equal("404", (string)(await JsonAsync(found))["errors"]![0]!["status"]!);
        using var made = await SendAsync(HttpMethod.Post, $"/files/{parent}?Name={Uri.EscapeDataString(name)}&Type=directory&MetadataID=", emptyDate: true);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return (string)(await JsonAsync(made))["data"]!["id"]!;
    }

    public async Task<IEnumerable<string>> ListAsync(string account, string path) =>
        (await GetAsync($"/remote/nextcloud/{account}{path}"))["data"]!.AsArray().Select(entry => (string)entry!["attributes"]!["name"]!);

    public async Task DownstreamAsync(string account, string path, string directory, string name, long size)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"/remote/nextcloud/{account}/downstream/{path}?To={directory}&Copy=true&FailOnConflict=true");
        var json = await JsonAsync(answer);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, json.ToJsonString());
        var attributes = json["data"]!["attributes"]!;
        Assert.Equal((name, directory, $"{size}"), ((string)attributes["name"]!, (string)attributes["dir_id"]!, (string)attributes["size"]!));
        Assert.NotEmpty((string)json["data"]!["id"]!);
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        var json = await JsonAsync(answer);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, json.ToJsonString());
        return json;
    }

    /// <summary>With its own token, which it renews when it is refused, or with another, which it does not.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string? bearer = null, bool emptyDate = false)
    {
        var answer = await SendOnceAsync(method, path, body, bearer ?? token, emptyDate);
        if (bearer is not null || (int)answer.StatusCode is not (400 or 401) || !TokenRefused().IsMatch(await answer.Content.ReadAsStringAsync(ct)))
        {
            return answer;
        }

        answer.Dispose();
        await RenewTokenAsync();
        return await SendOnceAsync(method, path, body, token, emptyDate);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, string path, string? body, string bearer, bool emptyDate)
    {
        var target = new Uri(bridge.Address.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, target);
        request.Headers.Authorization = new("Bearer", bearer);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "node");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate");
        if (emptyDate)
        {
            request.Headers.TryAddWithoutValidation("Date", "");
        }

        request.Content = body is not null ? new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"))
            : method == HttpMethod.Post ? new ByteArrayContent([])
            : null;
        return await http.SendAsync(request, ct);
    }

    private async Task<JsonNode> JsonAsync(HttpResponseMessage answer)
    {
        Assert.Matches("^application/(vnd\\.api\\+)?json$", answer.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!;
    }

    // As its client library looks for it (cozy-api section 12).
    [GeneratedRegex("Expired token|Invalid JWT token|Invalid token")]
    private static partial Regex TokenRefused();
}
