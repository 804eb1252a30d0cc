using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Bridge;

/// <summary>A REST client of one instance, through the edge, as any Cozy client would be.</summary>
internal sealed class CozyClient : IDisposable
{
    private readonly HttpClient http;

    /// <param name="edge">Where the edge listens; the domain need not resolve.</param>
    /// <param name="domain">The instance.</param>
    /// <param name="token">Bearer token of the instance.</param>
    public CozyClient(Uri edge, string domain, string token)
    {
        http = new() { BaseAddress = edge, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Host = domain;
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>The id of the directory at this path, made with its parents where missing.</summary>
    public async Task<string> MakeDirectoryAsync(string path, CancellationToken ct)
    {
        if (path.Length == 0)
        {
            return "io.cozy.files.root-dir";
        }

        using var answer = await http.PostAsync($"/files/?Type=directory&Recursive=true&Path={Uri.EscapeDataString(path)}", null, ct);
        return (await ReadAsync(answer, HttpStatusCode.Created, ct))["data"]!["id"]!.GetValue<string>();
    }

    /// <param name="modifiedAt">Date of the file; the time of its arrival without it.</param>
    public async Task UploadAsync(string directoryId, string name, Stream body, long length, CancellationToken ct, DateTimeOffset? modifiedAt = null)
    {
        var time = modifiedAt is { } given ? Uri.EscapeDataString(given.ToString("O", CultureInfo.InvariantCulture)) : null;
        var dates = time is null ? "" : $"&UpdatedAt={time}&CreatedAt={time}";
        using var content = new StreamContent(body) { Headers = { ContentLength = length } };
        using var answer = await http.PostAsync($"/files/{directoryId}?Type=file&Name={Uri.EscapeDataString(name)}{dates}", content, ct);
        await CheckAsync(answer, HttpStatusCode.Created, ct);
    }

    /// <summary>Attributes of a file or directory; null when nothing is there.</summary>
    public async Task<JsonNode?> StatAsync(string path, CancellationToken ct)
    {
        using var answer = await http.GetAsync($"/files/metadata?Path={Uri.EscapeDataString(path)}", ct);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : (await ReadAsync(answer, HttpStatusCode.OK, ct))["data"];
    }

    public Task<Stream> DownloadAsync(string path, CancellationToken ct) => OpenAsync($"/files/download?Path={Uri.EscapeDataString(path)}", ct);

    /// <summary>The bytes behind a path of the instance, as they arrive.</summary>
    public async Task<Stream> OpenAsync(string path, CancellationToken ct)
    {
        var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, ct);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStreamAsync(ct);
    }

    /// <summary>The id of the new migration.</summary>
    public Task<string> StartMigrationAsync(string url, string login, string password, string source, string target, CancellationToken ct) => StartMigrationAsync(
        new()
        {
            ["nextcloud_url"] = url,
            ["nextcloud_login"] = login,
            ["nextcloud_app_password"] = password,
            ["source_path"] = source,
            ["target_dir"] = target,
        },
        ct);

    /// <summary>The id of the new migration; the members of <paramref name="order"/> are those of the trigger.</summary>
    public async Task<string> StartMigrationAsync(JsonObject order, CancellationToken ct)
    {
        using var answer = await http.PostAsJsonAsync("/remote/nextcloud/migration", order, ct);
        return (await ReadAsync(answer, HttpStatusCode.Created, ct))["data"]!["id"]!.GetValue<string>();
    }

    /// <summary>What a migration of this order would bring, and what not.</summary>
    public async Task<JsonNode> PreflightAsync(JsonObject order, CancellationToken ct)
    {
        using var answer = await http.PostAsJsonAsync("/remote/nextcloud/migration/preflight", order, ct);
        return (await ReadAsync(answer, HttpStatusCode.OK, ct))["data"]!["attributes"]!;
    }

    public async Task CancelMigrationAsync(string id, CancellationToken ct)
    {
        using var answer = await http.PostAsync($"{Migration(id)}/cancel", null, ct);
        await CheckAsync(answer, HttpStatusCode.Accepted, ct);
    }

    /// <summary>Why one is where it is.</summary>
    public Task<JsonNode> ExplainMigrationAsync(string id, CancellationToken ct) => GetAsync($"{Migration(id)}/explanation", ct);

    public async Task RetryMigrationAsync(string id, CancellationToken ct)
    {
        using var answer = await http.PostAsync($"{Migration(id)}/retry", null, ct);
        await CheckAsync(answer, HttpStatusCode.Accepted, ct);
    }

    /// <summary>A line for every file, as it arrives.</summary>
    public async Task<Stream> OpenReportAsync(string id, string format, string? outcome, CancellationToken ct)
    {
        var answer = await http.GetAsync($"{Migration(id)}/report?format={format}&outcome={Uri.EscapeDataString(outcome ?? "")}", HttpCompletionOption.ResponseHeadersRead, ct);
        await CheckAsync(answer, HttpStatusCode.OK, ct);
        return await answer.Content.ReadAsStreamAsync(ct);
    }

    /// <summary>All tracking documents, the newest first.</summary>
    public async Task<JsonArray> ListMigrationsAsync(CancellationToken ct) =>
        new([.. (await ListAsync("io.cozy.nextcloud.migrations", ct)).OrderByDescending(document => (string?)document["cozyMetadata"]?["createdAt"], StringComparer.Ordinal)]);

    /// <summary>The accounts of a Nextcloud; their passwords are not shown.</summary>
    public async Task<JsonArray> ListAccountsAsync(CancellationToken ct) =>
        new([.. (await ListAsync("io.cozy.accounts", ct)).Where(account => (string?)account["account_type"] == "nextcloud")]);

    public Task<JsonNode> GetMigrationAsync(string id, CancellationToken ct) => GetAsync($"/data/io.cozy.nextcloud.migrations/{Uri.EscapeDataString(id)}", ct);

    /// <summary>Any document, by its path on the instance.</summary>
    public async Task<JsonNode> GetAsync(string path, CancellationToken ct)
    {
        using var answer = await http.GetAsync(path, ct);
        return await ReadAsync(answer, HttpStatusCode.OK, ct);
    }

    /// <summary>Sends a request that must succeed.</summary>
    public async Task SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var answer = await http.SendAsync(request, ct);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => http.Dispose();

    private static string Migration(string id) => $"/remote/nextcloud/migration/{Uri.EscapeDataString(id)}";

    private async Task<List<JsonNode>> ListAsync(string doctype, CancellationToken ct)
    {
        var all = await GetAsync($"/data/{doctype}/_all_docs?include_docs=true", ct);
        return [.. all["rows"]!.AsArray().Select(row => row!["doc"]!.DeepClone())];
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, HttpStatusCode expected, CancellationToken ct)
    {
        await CheckAsync(answer, expected, ct);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!;
    }

    /// <exception cref="RefusedException">With the server's own words.</exception>
    private static async Task CheckAsync(HttpResponseMessage answer, HttpStatusCode expected, CancellationToken ct)
    {
        if (answer.StatusCode != expected)
        {
            throw RefusedException.Of(answer, await answer.Content.ReadAsStringAsync(ct));
        }
    }
}
