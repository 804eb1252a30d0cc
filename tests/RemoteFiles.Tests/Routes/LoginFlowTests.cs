using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>Both login flows, from the app's first request to its password.</summary>
public sealed class LoginFlowTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Passphrase = "a passphrase";
    private const string Desktop = "Mozilla/5.0 (Linux) mirall/3.16.7 (Nextcloud, debian-6.1 ClientArchitecture: x86_64)";

    [Theory]
    [InlineData("/index.php/login/v2", "/login/v2/poll", false)]
    [InlineData("/login/v2", "/index.php/login/v2/poll", true)]
    public async Task An_app_gets_its_password_once_after_the_user_has_allowed_it(string start, string poll, bool inQuery)
    {
        var flow = await StartAsync(start);
        var browser = new Browser(Cozy);

        var early = await PollAsync(poll, flow.Token, inQuery);
        var signIn = await browser.OpenAsync(flow.Page);
        var question = await browser.PressAsync(flow.Page, "sign-in", Passphrase);
        var waiting = await PollAsync(poll, flow.Token, inQuery);
        var done = await browser.PressAsync(flow.Page, "allow");
        var granted = await PollAsync(poll, flow.Token, inQuery);
        var late = await PollAsync(poll, flow.Token, inQuery);

        Assert.Equal((404, "[]", 404, 404), (early.Status, early.Text, waiting.Status, late.Status));
        Assert.Equal((200, 200, 200), (signIn.Status, question.Status, done.Status));
        Assert.Contains("Allow Nextcloud desktop (Linux)?", question.Text, StringComparison.Ordinal);
        Expect.Status(200, granted);
        var login = JsonNode.Parse(granted.Text)!;
        Assert.Equal(($"http://{RouteFixture.Domain}", "cozy"), ((string)login["server"]!, (string)login["loginName"]!));
        var app = new NextcloudApp(Cozy, NextcloudApp.Basic("cozy", (string)login["appPassword"]!));
        Expect.Status(200, await app.OcsAsync("/ocs/v1.php/cloud/user"));
        Expect.Status(403, await browser.OpenAsync(flow.Page));
    }

    [Fact]
    public async Task The_addresses_are_those_that_the_proxy_in_front_has()
    {
        var answer = await Cozy.With(null).PostAsync("/index.php/login/v2", null, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/cloud"));

        var json = JsonNode.Parse(answer.Text)!;
        Assert.Equal($"https://{RouteFixture.Domain}/cloud/login/v2/poll", (string)json["poll"]!["endpoint"]!);
        Assert.StartsWith($"https://{RouteFixture.Domain}/cloud/login/v2/flow/", (string)json["login"]!, StringComparison.Ordinal);
        var page = await Cozy.With(null).GetAsync(new Uri((string)json["login"]!).AbsolutePath["/cloud".Length..], ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/cloud"));
        Assert.Contains("href=\"/cloud/login/style.css\"", page.Text, StringComparison.Ordinal);
        Assert.Matches("path=/cloud/login/v2/flow/[A-Za-z0-9]{128}; secure; samesite=strict; httponly", page.Header("Set-Cookie")!);
    }

    [Fact]
    public async Task Nothing_is_granted_to_who_has_not_signed_in()
    {
        var flow = await StartAsync();
        var browser = new Browser(Cozy);
        await browser.OpenAsync(flow.Page);

        var wrong = await browser.PressAsync(flow.Page, "sign-in", "wrong");
        var skipped = await browser.PressAsync(flow.Page, "allow");

        Expect.Status(403, wrong);
        Assert.Contains("This is not the passphrase", wrong.Text, StringComparison.Ordinal);
        Expect.Status(403, skipped);
        Expect.Status(404, await PollAsync("/login/v2/poll", flow.Token));
    }

    [Fact]
    public async Task A_form_of_another_site_or_of_another_login_is_refused()
    {
        var (flow, other) = (await StartAsync(), await StartAsync());
        var browser = new Browser(Cozy);
        await browser.OpenAsync(other.Page);
        var stateOfOther = browser.State;
        await browser.OpenAsync(flow.Page);
        await browser.PressAsync(flow.Page, "sign-in", Passphrase);

        foreach (var state in new[] { "", "forged", stateOfOther })
        {
            var allowed = browser.State;
            var once = new Browser(Cozy, ("Cookie", string.Join("; ", browser.Cookies.Where(cookie => cookie.Key.Path == flow.Page).Select(cookie => "login=" + cookie.Value)))) { State = state };
            Expect.Status(403, await once.PressAsync(flow.Page, "allow"));
            browser.State = allowed;
        }

        Expect.Status(404, await PollAsync("/login/v2/poll", flow.Token));
        Assert.Equal(200, (await browser.PressAsync(flow.Page, "allow")).Status);
        Expect.Status(200, await PollAsync("/login/v2/poll", flow.Token));
    }

    [Fact]
    public async Task A_refused_app_gets_nothing()
    {
        var flow = await StartAsync();
        var browser = new Browser(Cozy);
        await browser.OpenAsync(flow.Page);
        await browser.PressAsync(flow.Page, "sign-in", Passphrase);

        var refused = await browser.PressAsync(flow.Page, "refuse");

        Assert.Contains("Access was refused", refused.Text, StringComparison.Ordinal);
        Expect.Status(404, await PollAsync("/login/v2/poll", flow.Token));
        Expect.Status(403, await browser.OpenAsync(flow.Page));
    }

    [Fact]
    public async Task A_login_of_one_instance_is_nothing_to_another()
    {
        var domain = $"other-{Folder[1..]}.example";
        var other = await Fixture.AddInstanceAsync(domain);
        var flow = await StartAsync();

        Expect.Status(403, await new Browser(other).OpenAsync(flow.Page));
        await GrantAsync(flow);
        Expect.Status(404, await other.With(null).PostAsync("/login/v2/poll?token=" + flow.Token));
        Expect.Status(200, await PollAsync("/login/v2/poll", flow.Token));
    }

    [Fact]
    public async Task A_login_ends_after_twenty_minutes()
    {
        var (late, fetchedLate) = (await StartAsync(), await StartAsync());
        await GrantAsync(fetchedLate);
        Fixture.Server.Clock.Shift += TimeSpan.FromMinutes(21);

        Expect.Status(403, await new Browser(Cozy).OpenAsync(late.Page));
        Expect.Status(404, await PollAsync("/login/v2/poll", fetchedLate.Token));
    }

    [Fact]
    public async Task Another_replica_goes_on_with_a_login()
    {
        await using var replica = await RestServer.StartAsync(("Storage:Directory", Fixture.Server.Data));
        replica.Clock.Shift = Fixture.Server.Clock.Shift;
        var there = replica.Client(RouteFixture.Domain, null);
        var flow = await StartAsync();
        var browser = new Browser(Cozy);
        await browser.OpenAsync(flow.Page);
        await browser.PressAsync(flow.Page, "sign-in", Passphrase);

        var done = await new Browser(there, ("Cookie", "login=" + Assert.Single(browser.Cookies).Value)) { State = browser.State }.PressAsync(flow.Page, "allow");
        var granted = await there.PostAsync("/login/v2/poll?token=" + flow.Token);

        Assert.Equal((200, 200), (done.Status, granted.Status));
        var login = NextcloudApp.Basic("cozy", (string)JsonNode.Parse(granted.Text)!["appPassword"]!);
        Expect.Status(200, await new NextcloudApp(Cozy, login).OcsAsync("/ocs/v2.php/cloud/user"));
    }

    [Fact]
    public async Task Many_polls_at_once_get_one_password()
    {
        var flow = await StartAsync();
        await GrantAsync(flow);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PollAsync("/login/v2/poll", flow.Token)));

        Assert.Equal([.. Enumerable.Repeat(200, 1), .. Enumerable.Repeat(404, 19)], answers.Select(answer => answer.Status).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("?token=")]
    [InlineData("?token=unknown")]
    public async Task A_poll_for_nothing_is_404(string query) => Expect.Status(404, await Cozy.With(null).PostAsync("/login/v2/poll" + query));

    [Fact]
    public async Task No_token_is_on_the_disk()
    {
        var flow = await StartAsync();
        await GrantAsync(flow);

        foreach (var file in Fixture.Server.Files)
        {
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain(flow.Token, text, StringComparison.Ordinal);
            Assert.DoesNotContain(flow.Page.Split('/')[^1], text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_web_view_is_sent_to_nc_login_with_its_password()
    {
        const string page = "/index.php/login/flow";
        var view = new Browser(Cozy, ("User-Agent", "Mozilla/5.0 (iOS) Nextcloud-iOS/4.8"), ("OCS-APIREQUEST", "true"));
        var open = await view.OpenAsync(page);

        var question = await view.PressAsync(page, "sign-in", Passphrase);
        var end = await view.PressAsync(page, "allow");

        Assert.Contains("form-action 'self' nc://*", open.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("Allow Nextcloud for iOS?", question.Text, StringComparison.Ordinal);
        Assert.Equal(303, end.Status);
        var parts = end.Header("Location")!["nc://login/".Length..].Split('&').Select(part => part.Split(':', 2)).ToDictionary(part => part[0], part => part[1]);
        Assert.Equal(($"http://{RouteFixture.Domain}", "cozy"), (parts["server"], parts["user"]));
        Expect.Status(200, await new NextcloudApp(Cozy, NextcloudApp.Basic(parts["user"], parts["password"])).OcsAsync("/ocs/v2.php/cloud/user"));
    }

    [Fact]
    public async Task A_page_cannot_send_its_visitors_into_the_first_flow()
    {
        var answer = await new Browser(Cozy).OpenAsync("/index.php/login/flow");

        Expect.Status(200, answer);
        Assert.DoesNotContain("<form", answer.Text, StringComparison.Ordinal);
        Expect.Status(403, await new Browser(Cozy).PressAsync("/index.php/login/flow", "sign-in", Passphrase));
    }

    [Theory]
    [InlineData("fr-FR,fr;q=0.9,en;q=0.5", "fr", "Mot de passe")]
    [InlineData("de, en;q=0.5", "en", "Passphrase")]
    [InlineData("de", "en", "Passphrase")]
    public async Task Pages_speak_the_language_of_the_browser(string accept, string language, string text)
    {
        var page = await new Browser(Cozy, ("Accept-Language", accept)).OpenAsync((await StartAsync()).Page);

        Assert.Contains($"<html lang=\"{language}\">", page.Text, StringComparison.Ordinal);
        Assert.Contains(text, page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_hold_no_script_and_nothing_may_frame_or_keep_them()
    {
        var start = await Cozy.With(null).PostAsync("/login/v2", null, ("User-Agent", "<script>alert(1)</script>\" onload=\"x"));
        var page = await new Browser(Cozy).OpenAsync(new Uri((string)JsonNode.Parse(start.Text)!["login"]!).AbsolutePath);

        Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\" onload", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page.Text, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal(("DENY", "no-store", "no-referrer", "nosniff"), (page.Header("X-Frame-Options"), page.Header("Cache-Control"), page.Header("Referrer-Policy"), page.Header("X-Content-Type-Options")));
        Assert.Contains("<label for=\"passphrase\">", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_more_than_a_few_fields_is_413()
    {
        var flow = await StartAsync();

        Expect.Status(413, await Cozy.With(null).PostAsync(flow.Page, new FormUrlEncodedContent([new("passphrase", new('x', 20_000))])));
        Expect.Status(413, await Cozy.With(null).PostAsync("/login/v2/poll", new FormUrlEncodedContent([new("token", new('x', 20_000))])));
    }

    private async Task GrantAsync(Flow flow)
    {
        var browser = new Browser(Cozy);
        await browser.OpenAsync(flow.Page);
        await browser.PressAsync(flow.Page, "sign-in", Passphrase);
        Expect.Status(200, await browser.PressAsync(flow.Page, "allow"));
    }

    private async Task<Flow> StartAsync(string target = "/index.php/login/v2")
    {
        var answer = await Cozy.With(null).PostAsync(target, null, ("User-Agent", Desktop));
        Expect.Status(200, answer);
        var json = JsonNode.Parse(answer.Text)!;
        Assert.Equal($"http://{RouteFixture.Domain}/login/v2/poll", (string)json["poll"]!["endpoint"]!);
        return new((string)json["poll"]!["token"]!, new Uri((string)json["login"]!).AbsolutePath);
    }

    private Task<Answer> PollAsync(string target, string token, bool inQuery = false) => inQuery
        ? Cozy.With(null).PostAsync($"{target}?token={token}")
        : Cozy.With(null).PostAsync(target, new FormUrlEncodedContent([new("token", token)]));

    private sealed record Flow(string Token, string Page);
}
