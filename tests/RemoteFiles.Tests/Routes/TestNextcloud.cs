using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using StandIn;

namespace RemoteFiles.Tests.Routes;

/// <summary>
/// The Nextcloud behind the routes, filled and looked at from outside, by WebDAV: a stand-in of ours, or the real one that
/// BRIDGE_NEXTCLOUD_URL, BRIDGE_NEXTCLOUD_USER and BRIDGE_NEXTCLOUD_PASSWORD name.
/// </summary>
internal sealed class TestNextcloud : IAsyncDisposable
{
    private const string Question = """
        <?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"><d:prop>
        <d:resourcetype/><d:getlastmodified/><d:getetag/><oc:fileid/><oc:size/><nc:trashbin-filename/><nc:trashbin-original-location/></d:prop></d:propfind>
        """;

    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private static readonly XNamespace Dav = "DAV:";
    private static readonly XNamespace Oc = "http://owncloud.org/ns";
    private static readonly XNamespace Nc = "http://nextcloud.org/ns";

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });

    private TestNextcloud(Uri url, string login, string password, StandInNextcloud? standIn)
    {
        (Url, Login, Password, this.standIn) = (url, login, password, standIn);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login}:{password}")));
    }

    private readonly StandInNextcloud? standIn;

    public Uri Url { get; }

    public string Login { get; }

    public string Password { get; }

    public string UserId { get; private set; } = "";

    public bool IsReal => standIn is null;

    /// <summary>As links to the web interface begin.</summary>
    public string Web => Url.ToString().TrimEnd('/');

    public static async Task<TestNextcloud> StartAsync(StandInUser? user = null, string basePath = "")
    {
        if (Setting("URL") is { } url)
        {
            var root = new Uri(url.TrimEnd('/') + "/");
            var real = new TestNextcloud(root, Setting("USER") ?? "", Setting("PASSWORD") ?? "", null);
            var answer = await real.http.SendAsync(new(HttpMethod.Get, new Uri(root, "ocs/v2.php/cloud/user")) { Headers = { { "OCS-APIRequest", "true" }, { "Accept", "application/json" } } });
            real.UserId = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["ocs"]!["data"]!["id"]!;
            return real;
        }

        var standIn = await StandInNextcloud.StartAsync(user, basePath);
        return new(standIn.Url, standIn.User.Login, standIn.User.Password, standIn) { UserId = standIn.User.Id };
    }

    /// <summary>For a test that needs a Nextcloud to misbehave, or one of its own; on a real one it is skipped, and says why.</summary>
    public StandInNextcloud StandIn(string why)
    {
        Assert.SkipWhen(IsReal, why);
        return standIn!;
    }

    /// <summary>A name as this Nextcloud keeps it: the real one composes its letters (Unicode form C).</summary>
    public string Kept(string name) => IsReal ? name.Normalize(NormalizationForm.FormC) : name;

    public Task MakeFolderAsync(string path) => DoAsync("MKCOL", FileAddress(path));

    public Task PutAsync(string path, string text, DateTimeOffset? modifiedAt = null) => PutAsync(path, Encoding.UTF8.GetBytes(text), modifiedAt);

    public Task PutAsync(string path, byte[] bytes, DateTimeOffset? modifiedAt = null) => DoAsync(
        "PUT", FileAddress(path), new ByteArrayContent(bytes), modifiedAt is { } time ? [("X-OC-MTime", $"{time.ToUnixTimeSeconds()}")] : []);

    public Task DeleteAsync(string path) => DoAsync("DELETE", FileAddress(path));

    public async Task<string> ReadAsync(string path)
    {
        using var answer = await SendAsync("GET", FileAddress(path));
        Assert.Equal(200, (int)answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    public async Task<bool> ExistsAsync(string path) => (await PropFindAsync(FileAddress(path), "0")).Count > 0;

    public async Task<DavFact> StatAsync(string path) => Assert.Single(await PropFindAsync(FileAddress(path), "0"));

    /// <summary>The names in a folder, sorted.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(string folder) =>
        [.. (await PropFindAsync(FileAddress(folder), "1")).Skip(1).Select(fact => fact.Key).Order(StringComparer.Ordinal)];

    /// <summary>The item of the trash that came from here.</summary>
    public async Task<DavFact> TrashedAsync(string from) => Assert.Single(await TrashAsync(), item => "/" + item.From == Kept(from));

    public async Task<IReadOnlyList<DavFact>> TrashAsync() => [.. (await PropFindAsync(TrashAddress(""), "1")).Skip(1)];

    /// <summary>Leaves nothing of a test behind: neither its folder nor what it put into the trash.</summary>
    public async Task CleanAsync(string folder)
    {
        using (await SendAsync("DELETE", FileAddress(folder)))
        {
        }

        foreach (var item in (await TrashAsync()).Where(item => ("/" + item.From + "/").StartsWith(folder + "/", StringComparison.Ordinal)))
        {
            await DoAsync("DELETE", TrashAddress(item.Key));
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (standIn is not null)
        {
            await standIn.DisposeAsync();
        }
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable("BRIDGE_NEXTCLOUD_" + name) is { Length: > 0 } value ? value : null;

    private string FileAddress(string path) => $"{Web}/remote.php/dav/files/{Uri.EscapeDataString(UserId)}{Targets.Encode(path)}";

    private string TrashAddress(string key) => $"{Web}/remote.php/dav/trashbin/{Uri.EscapeDataString(UserId)}/trash/{Uri.EscapeDataString(key)}";

    private async Task DoAsync(string method, string address, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var answer = await SendAsync(method, address, content, headers);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {address}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string address, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, AsItIs)) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await http.SendAsync(request);
    }

    private async Task<IReadOnlyList<DavFact>> PropFindAsync(string address, string depth)
    {
        using var answer = await SendAsync("PROPFIND", address, new StringContent(Question), ("Depth", depth));
        if ((int)answer.StatusCode == 404)
        {
            return [];
        }

        Assert.Equal(207, (int)answer.StatusCode);
        var root = XDocument.Parse(await answer.Content.ReadAsStringAsync(), LoadOptions.PreserveWhitespace).Root!;
        return [.. root.Elements(Dav + "response").Select(Read)];
    }

    private static DavFact Read(XElement response)
    {
        var known = response.Elements(Dav + "propstat").First().Element(Dav + "prop")!;
        var href = response.Element(Dav + "href")!.Value.TrimEnd('/');
        return new(
            Uri.UnescapeDataString(href[(href.LastIndexOf('/') + 1)..]),
            known.Element(Dav + "resourcetype")!.HasElements,
            Text(known, Oc + "fileid"),
            Text(known, Dav + "getetag"),
            Text(known, Dav + "getlastmodified"),
            Text(known, Oc + "size"),
            Text(known, Nc + "trashbin-original-location"));
    }

    private static string Text(XElement known, XName name) => known.Element(name)?.Value ?? "";
}

/// <summary>What a PROPFIND says. <paramref name="Key"/> is the last segment of its address, decoded; the rest is as it was sent.</summary>
internal sealed record DavFact(string Key, bool IsFolder, string Id, string ETag, string Modified, string Size, string From);
