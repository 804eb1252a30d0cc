using System.Net.Http.Headers;
using System.Text;
using Bridge.Demo;

namespace SystemTests;

/// <summary>Where a migration comes from: an address, a login, and the files that are there.</summary>
internal sealed record MigrationSource(string Url, string User, string Password, string Folder, SampleTree Sample)
{
    public const string NoNextcloud = "no real Nextcloud is named: set BRIDGE_NEXTCLOUD_URL, BRIDGE_NEXTCLOUD_USER and BRIDGE_NEXTCLOUD_PASSWORD";

    /// <summary>A second instance of ours, through its own Nextcloud face.</summary>
    public static async Task<MigrationSource> OfInstanceAsync(BridgeProcess bridge, SampleTree sample, CancellationToken ct)
    {
        using var client = await bridge.AddInstanceAsync("source", ct);
        await client.FillAsync(sample, ct);
        using var admin = bridge.Admin();
        var password = await admin.AddAppPasswordAsync(bridge.Domain("source"), "migration", ct);
        return new($"http://{bridge.Domain("source")}/", "source", password, "/", sample);
    }

    /// <summary>The real Nextcloud that the environment names; null when it names none.</summary>
    public static Login? NextcloudLogin() => Setting("URL") is { } url && Setting("USER") is { } user && Setting("PASSWORD") is { } password ? new(url, user, password) : null;

    /// <summary>The real Nextcloud that the environment names, filled over WebDAV; null when it names none.</summary>
    public static async Task<MigrationSource?> OfNextcloudAsync(SampleTree sample, CancellationToken ct)
    {
        if (NextcloudLogin() is not var (url, user, password))
        {
            return null;
        }

        var folder = "/migration " + Guid.NewGuid().ToString("N")[..8];
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        Uri At(string path) => new(
            $"{url.TrimEnd('/')}/remote.php/dav/files/{user}{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

        foreach (var path in SampleTree.AllFolders.SelectMany(Prefixes).Prepend("").Distinct())
        {
            using var made = await http.SendAsync(new(new("MKCOL"), At(folder + (path.Length > 0 ? "/" + path : ""))), ct);
            Assert.Equal(201, (int)made.StatusCode);
        }

        await Parallel.ForEachAsync(sample.Files, new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = ct }, async (file, stop) =>
        {
            using var put = new HttpRequestMessage(HttpMethod.Put, At(folder + file.Path)) { Content = new ByteArrayContent(file.Content()) };
            put.Headers.Add("X-OC-MTime", $"{file.ModifiedAt.ToUnixTimeSeconds()}");
            using var answer = await http.SendAsync(put, stop);
            Assert.Equal(201, (int)answer.StatusCode);
        });
        return new(url, user, password, folder, sample.InNfc());
    }

    public override string ToString() => Url;

    internal sealed record Login(string Url, string User, string Password);

    private static string? Setting(string name) => Environment.GetEnvironmentVariable("BRIDGE_NEXTCLOUD_" + name) is { Length: > 0 } value ? value : null;

    // "a/b/c" needs "a" and "a/b" first.
    private static IEnumerable<string> Prefixes(string path)
    {
        var names = path.Split('/');
        return Enumerable.Range(1, names.Length).Select(count => string.Join('/', names.Take(count)));
    }
}
