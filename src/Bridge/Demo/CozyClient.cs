using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Bridge.Demo;

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

    /// <summary>Uploads a whole sample, folders first.</summary>
    public async Task FillAsync(SampleTree sample, CancellationToken ct)
    {
        var folders = new Dictionary<string, string> { [""] = await MakeDirectoryAsync("", ct) };
        foreach (var folder in SampleTree.AllFolders)
        {
            folders["/" + folder] = await MakeDirectoryAsync("/" + folder, ct);
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct };
        await Parallel.ForEachAsync(sample.Files, options, async (file, stop) => await UploadAsync(folders[file.Folder], file, stop));
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

    public Task UploadAsync(string directoryId, SampleFile file, CancellationToken ct)
    {
        var time = Uri.EscapeDataString(file.ModifiedAt.ToString("O", CultureInfo.InvariantCulture));
        return UploadAsync($"{directoryId}?Type=file&Name={Uri.EscapeDataString(file.Name)}&UpdatedAt={time}&CreatedAt={time}", new ByteArrayContent(file.Content()), ct);
    }

    public Task UploadAsync(string directoryId, string name, Stream body, long length, CancellationToken ct) =>
        UploadAsync($"{directoryId}?Type=file&Name={Uri.EscapeDataString(name)}", new StreamContent(body) { Headers = { ContentLength = length } }, ct);

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
    public async Task<string> StartMigrationAsync(string url, string login, string password, string source, string target, CancellationToken ct)
    {
        var body = new JsonObject
        {
            ["nextcloud_url"] = url,
            ["nextcloud_login"] = login,
            ["nextcloud_app_password"] = password,
            ["source_path"] = source,
            ["target_dir"] = target,
        };
        using var answer = await http.PostAsJsonAsync("/remote/nextcloud/migration", body, ct);
        return (await ReadAsync(answer, HttpStatusCode.Created, ct))["data"]!["id"]!.GetValue<string>();
    }

    public Task<JsonNode> GetMigrationAsync(string id, CancellationToken ct) => GetAsync($"/data/io.cozy.nextcloud.migrations/{id}", ct);

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

    private async Task UploadAsync(string target, HttpContent body, CancellationToken ct)
    {
        using (body)
        {
            using var answer = await http.PostAsync("/files/" + target, body, ct);
            await ReadAsync(answer, HttpStatusCode.Created, ct);
        }
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, HttpStatusCode expected, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        return answer.StatusCode == expected
            ? JsonNode.Parse(text)!
            : throw new CommandException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.AbsolutePath} answered {(int)answer.StatusCode}: {text.Trim()}");
    }
}
