using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Bench;

/// <summary>A WebDAV server that files come from. <paramref name="Files"/> is the collection of the user's files, with a slash at its end.</summary>
internal sealed record DavSource(string Name, Uri Home, Uri Files, string User, string Password)
{
    // Told in the folder's name: a set that was filled once is used again.
    private const string Version = "1";
    private const int Together = 50;

    /// <summary>What rclone is to take it for.</summary>
    public string Vendor { get; init; } = "nextcloud";

    public static string FolderOf(FileSet set) => $"bench {set.Name} {Version}";

    /// <summary>The Nextcloud that BENCH_NEXTCLOUD names, as http://user:password@host/; null without one.</summary>
    public static DavSource? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable("BENCH_NEXTCLOUD") is not { Length: > 0 } named)
        {
            return null;
        }

        var url = new Uri(named.EndsWith('/') ? named : named + "/");
        var login = url.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToArray();
        return Nextcloud("Nextcloud", new UriBuilder(url) { UserName = "", Password = "" }.Uri, login[0], login[1]);
    }

    public static DavSource Nextcloud(string name, Uri home, string user, string password) =>
        new(name, home, new(home, $"remote.php/dav/files/{Uri.EscapeDataString(user)}/"), user, password);

    public Uri At(FileSet set, string path = "") => new(Files, string.Join('/', $"{FolderOf(set)}/{path}".Split('/').Select(Uri.EscapeDataString)));

    /// <summary>Brings the files there, unless they are; the last thing made is the sign that all are.</summary>
    public async Task FillAsync(FileSet set, CancellationToken ct)
    {
        using var http = Client();
        using var sign = await http.SendAsync(new(new("PROPFIND"), At(set, "whole")) { Headers = { { "Depth", "0" } } }, ct);
        if (sign.IsSuccessStatusCode)
        {
            return;
        }

        foreach (var folder in set.Folders.Prepend(""))
        {
            using var made = await http.SendAsync(new(new("MKCOL"), At(set, folder)), ct);
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct };
        await Parallel.ForEachAsync(set.Numbers.Chunk(set.LargestSize > 1_000_000 ? 1 : Together), parallel, async (numbers, stop) =>
        {
            if (numbers.Length == 1 || !await TryBulkAsync(http, set, numbers, stop))
            {
                foreach (var number in numbers)
                {
                    var address = At(set, $"{set.FolderOf(number)}/{FileSet.NameOf(number)}");
                    using var put = await http.PutAsync(address, new ByteArrayContent(set.ContentOf(number)), stop);
                    put.EnsureSuccessStatusCode();
                }
            }
        });
        using var whole = await http.SendAsync(new(new("MKCOL"), At(set, "whole")), ct);
        whole.EnsureSuccessStatusCode();
    }

    public HttpClient Client()
    {
        var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
        return http;
    }

    /// <summary>Nextcloud's bulk upload; false where it is not offered.</summary>
    private async Task<bool> TryBulkAsync(HttpClient http, FileSet set, int[] numbers, CancellationToken ct)
    {
        using var parts = new MultipartContent("related", "bench-part");
        foreach (var number in numbers)
        {
            var content = set.ContentOf(number);
            var part = new ByteArrayContent(content);
            part.Headers.ContentLength = content.Length;
            part.Headers.Add("X-File-MD5", Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(content)));
            part.Headers.Add("X-File-Path", $"/{FolderOf(set)}/{set.FolderOf(number)}/{FileSet.NameOf(number)}");
            part.Headers.Add("X-OC-Mtime", "1700000000");
            parts.Add(part);
        }

        parts.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/related; boundary=bench-part");
        using var answer = await http.PostAsync(new Uri(Home, "remote.php/dav/bulk"), parts, ct);
        if (!answer.IsSuccessStatusCode)
        {
            return false;
        }

        using var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct));
        return told.RootElement.EnumerateObject().All(file => !file.Value.GetProperty("error").GetBoolean());
    }
}
