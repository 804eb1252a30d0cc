using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using SystemTests.Pages;

namespace SystemTests;

/// <summary>An app is connected by a person at a browser that runs no scripts; pictures of each page are kept beside the tests.</summary>
public sealed class LoginPageTests(Browser browser) : IClassFixture<Browser>
{
    private const string Desktop = "Mozilla/5.0 (Linux) mirall/3.16.7 (Nextcloud, debian-6.1 ClientArchitecture: x86_64 OsArchitecture: x86_64)";

    [Fact]
    public async Task A_desktop_app_is_allowed_with_the_keyboard_alone_and_without_scripts()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        var page = await browser.OpenAsync(new(Scripts: false));
        using var http = await ConnectAsync(bridge, ct);
        var flow = await StartAsync(http, ct);

        await page.GotoAsync(flow.Page);
        await page.PictureAsync("sign-in");
        await page.FillAsync("#passphrase", "wrong");
        await page.PressAsync("#passphrase", "Enter");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("This is not the passphrase");
        await page.PictureAsync("wrong-passphrase");
        await page.FillAsync("#passphrase", "passphrase");
        await page.PressAsync("#passphrase", "Enter");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Allow Nextcloud desktop (Linux)?");
        await page.PictureAsync("allow");
        using var early = await PollAsync(http, flow, ct);
        await page.PressAsync("button[value=allow]", "Enter");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Nextcloud desktop (Linux) is connected");
        await page.PictureAsync("connected");

        Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
        using var granted = await PollAsync(http, flow, ct);
        Assert.Equal(HttpStatusCode.OK, granted.StatusCode);
        var login = JsonNode.Parse(await granted.Content.ReadAsStringAsync(ct))!;
        Assert.Equal(http.BaseAddress!.ToString().TrimEnd('/'), (string)login["server"]!);
        using var request = new HttpRequestMessage(new("PROPFIND"), $"remote.php/dav/files/{login["loginName"]}/");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login["loginName"]}:{login["appPassword"]}")));
        using var listing = await http.SendAsync(request, ct);
        Assert.Equal(HttpStatusCode.MultiStatus, listing.StatusCode);

        await page.GotoAsync(http.BaseAddress + "settings/user/security");
        await page.FillAsync("#passphrase", "passphrase");
        await page.PressAsync("#passphrase", "Enter");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Nextcloud desktop (Linux)");
        await page.PictureAsync("apps");
        await page.PressAsync("button[value=revoke]", "Enter");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("No app is connected");
    }

    [Fact]
    public async Task A_small_screen_in_French_and_in_the_dark_shows_it_as_well()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        var page = await browser.OpenAsync(new(360, 740, IsDark: true, "fr-FR", Scripts: false));
        using var http = await ConnectAsync(bridge, ct);

        await page.GotoAsync((await StartAsync(http, ct)).Page);
        await page.PictureAsync("sign-in-fr-dark");
        await page.FillAsync("#passphrase", "passphrase");
        await page.PressAsync("#passphrase", "Enter");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Autoriser Nextcloud desktop (Linux)");
        await page.PictureAsync("allow-fr-dark");
        await page.PressAsync("button[value=refuse]", "Enter");

        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Accès refusé");
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
