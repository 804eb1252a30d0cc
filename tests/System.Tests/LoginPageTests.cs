using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace SystemTests;

/// <summary>An app is connected by a person at a browser that runs no scripts; pictures of each page are kept beside the tests.</summary>
public sealed class LoginPageTests
{
    private const string Desktop = "Mozilla/5.0 (Linux) mirall/3.16.7 (Nextcloud, debian-6.1 ClientArchitecture: x86_64 OsArchitecture: x86_64)";

    [Fact]
    public async Task A_desktop_app_is_allowed_with_the_keyboard_alone_and_without_scripts()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        await using var chromium = await ChromiumPage.OpenAsync(ct);
        using var http = await ConnectAsync(bridge, ct);
        await chromium.LookAsync(1280, 860, "en", isDark: false, ct);
        await chromium.GoAsync(http.BaseAddress!.ToString(), ct);
        await chromium.PictureAsync("welcome", ct);
        var flow = await StartAsync(http, ct);

        await chromium.GoAsync(flow.Page, ct);
        await chromium.PictureAsync("sign-in", ct);
        await chromium.TypeAsync("wrong", ct);
        await chromium.EnterAsync(null, ct);
        Assert.Contains("This is not the passphrase", await chromium.HtmlAsync(ct), StringComparison.Ordinal);
        await chromium.PictureAsync("wrong-passphrase", ct);
        await chromium.TypeAsync("passphrase", ct);
        await chromium.EnterAsync(null, ct);
        Assert.Contains("Allow Nextcloud desktop (Linux)?", await chromium.HtmlAsync(ct), StringComparison.Ordinal);
        await chromium.PictureAsync("allow", ct);
        using var early = await PollAsync(http, flow, ct);
        await chromium.EnterAsync("button[value=allow]", ct);
        Assert.Contains("Nextcloud desktop (Linux) is connected", await chromium.HtmlAsync(ct), StringComparison.Ordinal);
        await chromium.PictureAsync("connected", ct);

        Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
        using var granted = await PollAsync(http, flow, ct);
        Assert.Equal(HttpStatusCode.OK, granted.StatusCode);
        var login = JsonNode.Parse(await granted.Content.ReadAsStringAsync(ct))!;
        Assert.Equal(http.BaseAddress.ToString().TrimEnd('/'), (string)login["server"]!);
        using var request = new HttpRequestMessage(new("PROPFIND"), $"remote.php/dav/files/{login["loginName"]}/");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login["loginName"]}:{login["appPassword"]}")));
        using var listing = await http.SendAsync(request, ct);
        Assert.Equal(HttpStatusCode.MultiStatus, listing.StatusCode);

        await chromium.GoAsync(http.BaseAddress + "settings/user/security", ct);
        await chromium.TypeAsync("passphrase", ct);
        await chromium.EnterAsync(null, ct);
        Assert.Contains("Nextcloud desktop (Linux)", await chromium.HtmlAsync(ct), StringComparison.Ordinal);
        await chromium.PictureAsync("apps", ct);
        await chromium.EnterAsync("button[value=revoke]", ct);
        Assert.Contains("No app is connected", await chromium.HtmlAsync(ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_screen_in_French_and_in_the_dark_shows_it_as_well()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        await using var chromium = await ChromiumPage.OpenAsync(ct);
        using var http = await ConnectAsync(bridge, ct);
        await chromium.LookAsync(360, 740, "fr-FR,fr;q=0.9", isDark: true, ct);

        await chromium.GoAsync((await StartAsync(http, ct)).Page, ct);
        await chromium.PictureAsync("sign-in-fr-dark", ct);
        await chromium.TypeAsync("passphrase", ct);
        await chromium.EnterAsync(null, ct);
        Assert.Contains("Autoriser Nextcloud desktop (Linux)", WebUtility.HtmlDecode(await chromium.HtmlAsync(ct)), StringComparison.Ordinal);
        await chromium.PictureAsync("allow-fr-dark", ct);
        await chromium.EnterAsync("button[value=refuse]", ct);

        Assert.Contains("Accès refusé", WebUtility.HtmlDecode(await chromium.HtmlAsync(ct)), StringComparison.Ordinal);
    }

    private static async Task<HttpClient> ConnectAsync(BridgeProcess bridge, CancellationToken ct)
    {
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(bridge.Address.Authority, "passphrase", "en", quota: null, ct, ("PublicName", "Alma Martin"));
        var http = new HttpClient { BaseAddress = bridge.Address };
        http.DefaultRequestHeaders.Add("User-Agent", Desktop);
        return http;
    }

    private static async Task<(string Token, string Page)> StartAsync(HttpClient http, CancellationToken ct)
    {
        using var answer = await http.PostAsync("index.php/login/v2", null, ct);
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!;
        return ((string)json["poll"]!["token"]!, (string)json["login"]!);
    }

    private static Task<HttpResponseMessage> PollAsync(HttpClient http, (string Token, string Page) flow, CancellationToken ct) =>
        http.PostAsync("login/v2/poll", new FormUrlEncodedContent([new("token", flow.Token)]), ct);
}
