using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SystemTests;

/// <summary>
/// What the desktop, Android and iOS apps ask from the address that a user types to the first listing, in their order, against the edge
/// behind a proxy that ends TLS: the statuses they take, and the members they cannot do without.
/// </summary>
public sealed partial class AppDialogueTests
{
    private const string AndroidProperties = """
        <?xml version="1.0"?><D:propfind xmlns:D="DAV:" xmlns:X1="http://owncloud.org/ns" xmlns:X2="http://nextcloud.org/ns"><D:prop>
        <D:displayname/><D:getcontenttype/><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:creationdate/><D:getetag/>
        <X1:permissions/><X1:fileid/><X1:id/><X1:size/><X1:favorite/><X2:is-encrypted/><X2:mount-type/><X1:owner-id/><X1:owner-display-name/>
        <X1:comments-unread/><X2:has-preview/><X2:note/><X2:sharees/><X2:rich-workspace/><X2:creation_time/><X2:upload_time/>
        <X2:lock/><X2:system-tags/><X2:hidden/></D:prop></D:propfind>
        """;

    private const string IosFavorites = """
        <?xml version="1.0"?><oc:filter-files xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"><d:prop>
        <getetag xmlns="DAV:"/><fileid xmlns="http://owncloud.org/ns"/><id xmlns="http://owncloud.org/ns"/></d:prop>
        <oc:filter-rules><oc:favorite>1</oc:favorite></oc:filter-rules></oc:filter-files>
        """;

    private static readonly XNamespace D = "DAV:";
    private static readonly XNamespace Oc = "http://owncloud.org/ns";

    [Fact]
    public async Task The_desktop_logs_in_checks_its_connection_and_lists()
    {
        await using var app = await App.StartAsync("Mozilla/5.0 (Linux) mirall/3.16.7 (Nextcloud)", pollsByQuery: false);
        Assert.True((bool)(await app.JsonAsync("/status.php"))["installed"]!);
        using (var root = await app.SendAsync("GET", "/"))
        {
            Assert.Empty(root.Headers.WwwAuthenticate);
            Assert.NotEqual(HttpStatusCode.Unauthorized, root.StatusCode);
        }

        using (var probe = await app.SendAsync("PROPFIND", "/remote.php/dav/files//"))
        {
            Assert.Equal((HttpStatusCode.Unauthorized, "Basic"), (probe.StatusCode, Assert.Single(probe.Headers.WwwAuthenticate).Scheme));
        }

        Assert.Equal(32, (int)(await app.OcsAsync("/ocs/v2.php/cloud/capabilities?format=json", 200))["version"]!["major"]!);
        await app.LogInAsync();
        Assert.Equal(app.User, (string)(await app.OcsAsync("/ocs/v1.php/cloud/user?format=json", 100))["id"]!);

        await app.StatusAsync("GET", "/index.php/204", 204);
        await app.StatusAsync("PROPFIND", $"/remote.php/dav/files/{app.User}/", 207, ("Depth", "0"));
        var capabilities = (await app.OcsAsync("/ocs/v1.php/cloud/capabilities?format=json", 100))["capabilities"]!;
        Assert.Equal(("1.0", false), ((string)capabilities["dav"]!["chunking"]!, (bool)capabilities["files_sharing"]!["api_enabled"]!));
        await app.StatusAsync("GET", "/ocs/v2.php/apps/terms_of_service/terms?format=json", 404);
        await app.StatusAsync("GET", "/ocs/v2.php/apps/user_status/api/v1/user_status?format=json", 404);
        Assert.Empty((await app.OcsAsync("/ocs/v2.php/core/navigation/apps?absolute=true&format=json", 200)).AsArray());
        await app.StatusAsync("GET", $"/index.php/avatar/{app.User}/128", 404);
    }

    [Fact]
    public async Task Android_logs_in_and_lists()
    {
        await using var app = await App.StartAsync("Mozilla/5.0 (Android) Nextcloud-android/35.0", pollsByQuery: false);
        Assert.Matches(@"^\d+(\.\d+)+$", (string)(await app.JsonAsync("/status.php"))["version"]!);
        await app.LogInAsync();

        var quota = (await app.OcsAsync("/ocs/v2.php/cloud/user?format=json", 200))["quota"]!;
        Assert.All(["free", "used", "total", "relative", "quota"], name => Assert.Equal(System.Text.Json.JsonValueKind.Number, quota[name]!.GetValueKind()));
        await app.StatusAsync("HEAD", $"/remote.php/dav/files/{app.User}/", 200);
        var files = (await app.OcsAsync("/ocs/v2.php/cloud/capabilities?format=json", 200))["capabilities"]!["files"]!;
        Assert.True((bool)files["bigfilechunking"]!);
        await app.StatusAsync("MKCOL", $"/remote.php/dav/files/{app.User}/Photos", 201);
        var listing = await app.XmlAsync("PROPFIND", $"/remote.php/dav/files/{app.User}/", AndroidProperties, ("Depth", "1"));
        Assert.Equal([$"/cloud/remote.php/dav/files/{app.User}/", $"/cloud/remote.php/dav/files/{app.User}/Photos/"], listing.Descendants(D + "href").Select(href => href.Value).Where(href => !href.EndsWith("Trash/", StringComparison.Ordinal)));
        Assert.All(listing.Descendants(D + "response"), response =>
        {
            var ok = response.Elements(D + "propstat").First();
            Assert.Equal("HTTP/1.1 200 OK", ok.Element(D + "status")!.Value);
            Assert.All([D + "getetag", D + "getlastmodified", Oc + "id", Oc + "fileid", Oc + "permissions", Oc + "size", Oc + "owner-id"], name => Assert.NotEmpty(ok.Descendants(name).Single().Value));
            Assert.DoesNotContain(ok.Descendants(D + "getcontentlength"), length => length.Value.Length == 0);
        });
        Assert.Empty((await app.OcsAsync("/ocs/v2.php/apps/files_sharing/api/v1/shares?path=%2F&format=json", 200)).AsArray());
        await app.StatusAsync("DELETE", "/ocs/v2.php/core/apppassword", 200);
        await app.StatusAsync("GET", "/ocs/v2.php/cloud/user?format=json", 401);
        await app.StatusAsync("POST", "/index.php/core/wipe/check", 404);
    }

    [Fact]
    public async Task IOS_logs_in_and_asks_for_its_favourites()
    {
        await using var app = await App.StartAsync("Mozilla/5.0 (iOS) Nextcloud-iOS/4.8", pollsByQuery: true);
        Assert.DoesNotContain("owncloud", (string)(await app.JsonAsync("/status.php"))["productname"]!, StringComparison.OrdinalIgnoreCase);
        await app.LogInAsync();

        Assert.Equal(app.User, (string)(await app.OcsAsync("/ocs/v2.php/cloud/user", 200, ("Accept", "application/json")))["id"]!);
        var theming = (await app.OcsAsync("/ocs/v1.php/cloud/capabilities", 100, ("Accept", "application/json")))["capabilities"]!["theming"]!;
        Assert.All(["background-plain", "background-default"], name => Assert.IsType<bool>(theming[name]!.GetValue<bool>()));
        Assert.StartsWith("https://", (string)theming["logo"]!, StringComparison.Ordinal);
        await app.OcsAsync($"/ocs/v2.php/cloud/users/{app.User}", 200, ("Accept", "application/json"));
        Assert.Empty((await app.XmlAsync("REPORT", $"/remote.php/dav/files/{app.User}", IosFavorites)).Descendants(D + "response"));
        var first = (await app.XmlAsync("PROPFIND", $"/remote.php/dav/files/{app.User}/", "", ("Depth", "0"))).Descendants(D + "href").First().Value;
        Assert.Equal($"/cloud/remote.php/dav/files/{app.User}/", first);
        await app.StatusAsync("PROPFIND", $"/remote.php/dav/uploads/{app.User}/0B5F2C6E-1B7A", 404, ("Depth", "0"));
    }

    /// <summary>An app at a phone or computer; between it and the edge a proxy has ended TLS and taken the path /cloud away.</summary>
    private sealed partial class App(BridgeProcess bridge, HttpClient http, string domain, bool pollsByQuery) : IAsyncDisposable
    {
        private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

        public string User { get; } = domain.Split('.')[0];

        public static async Task<App> StartAsync(string agent, bool pollsByQuery)
        {
            var bridge = await BridgeProcess.StartAsync(Ct, "--trusted-proxy", "127.0.0.1");
            const string domain = "alma.cozy.example";
            using var admin = bridge.Admin();
            await admin.AddInstanceAsync(domain, "passphrase", "en", quota: null, Ct);
            var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = bridge.Address };
            http.DefaultRequestHeaders.Add("User-Agent", agent);
            http.DefaultRequestHeaders.Add("X-Forwarded-Host", domain);
            http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
            http.DefaultRequestHeaders.Add("X-Forwarded-Prefix", "/cloud");
            http.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");
            return new(bridge, http, domain, pollsByQuery);
        }

        /// <summary>Flow v2; the user's browser in the middle of it.</summary>
        public async Task LogInAsync()
        {
            using var started = await SendAsync("POST", "/index.php/login/v2");
            var flow = JsonNode.Parse(await started.Content.ReadAsStringAsync(Ct))!;
            var (endpoint, token) = ((string)flow["poll"]!["endpoint"]!, (string)flow["poll"]!["token"]!);
            Assert.Equal($"https://{domain}/cloud/login/v2/poll", endpoint);
            Assert.StartsWith($"https://{domain}/cloud/login/v2/flow/", (string)flow["login"]!, StringComparison.Ordinal);
            await StatusAsync("POST", "/login/v2/poll?token=" + token, 404);

            await AllowAsync(((string)flow["login"]!)[$"https://{domain}/cloud".Length..]);

            using var granted = pollsByQuery
                ? await SendAsync("POST", "/login/v2/poll?token=" + token)
                : await http.PostAsync("/login/v2/poll", new FormUrlEncodedContent([new("token", token)]), Ct);
            var login = JsonNode.Parse(await granted.Content.ReadAsStringAsync(Ct))!;
            Assert.Equal(($"https://{domain}/cloud", User), ((string)login["server"]!, (string)login["loginName"]!));
            http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{login["appPassword"]}")));
        }

        public async Task<JsonNode> JsonAsync(string target)
        {
            using var answer = await SendAsync("GET", target);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
        }

        public async Task<JsonNode> OcsAsync(string target, int code, params (string Name, string Value)[] headers)
        {
            using var answer = await SendAsync("GET", target, null, headers);
            var ocs = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["ocs"]!;
            Assert.Equal(("ok", code), ((string)ocs["meta"]!["status"]!, (int)ocs["meta"]!["statuscode"]!));
            return ocs["data"]!;
        }

        public async Task<XDocument> XmlAsync(string method, string target, string body, params (string Name, string Value)[] headers)
        {
            using var answer = await SendAsync(method, target, body, headers);
            Assert.Equal((HttpStatusCode.MultiStatus, "application/xml; charset=utf-8"), (answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
            return XDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        }

        public async Task StatusAsync(string method, string target, int status, params (string Name, string Value)[] headers)
        {
            using var answer = await SendAsync(method, target, null, headers);
            Assert.True(status == (int)answer.StatusCode, $"{method} {target}: {(int)answer.StatusCode}");
        }

        public async Task<HttpResponseMessage> SendAsync(string method, string target, string? body = null, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(new(method), target) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/xml") };
            request.Headers.Add("OCS-APIRequest", "true");
            foreach (var (name, value) in headers)
            {
                request.Headers.Add(name, value);
            }

            return await http.SendAsync(request, Ct);
        }

        public async ValueTask DisposeAsync()
        {
            http.Dispose();
            await bridge.DisposeAsync();
        }

        private async Task AllowAsync(string page)
        {
            var cookie = "";
            foreach (var (step, passphrase) in new[] { ("", ""), ("sign-in", "passphrase"), ("", ""), ("allow", "") })
            {
                using var request = new HttpRequestMessage(step.Length > 0 ? HttpMethod.Post : HttpMethod.Get, page);
                request.Headers.TryAddWithoutValidation("Cookie", cookie);
                request.Content = step.Length > 0 ? new FormUrlEncodedContent([new("state", state), new("step", step), new("passphrase", passphrase)]) : null;
                using var answer = await http.SendAsync(request, Ct);
                Assert.Equal(step == "sign-in" ? HttpStatusCode.SeeOther : HttpStatusCode.OK, answer.StatusCode);
                cookie = answer.Headers.TryGetValues("Set-Cookie", out var set) ? set.Single().Split(';')[0] : cookie;
                state = State().Match(await answer.Content.ReadAsStringAsync(Ct)).Groups[1].Value;
            }
        }

        private string state = "";

        [GeneratedRegex("""name="state" value="([^"]*)""")]
        private static partial Regex State();
    }
}
