using System.Text.RegularExpressions;

namespace RemoteFiles.Tests.Routes;

/// <summary>The page where users see their apps and end them.</summary>
public sealed partial class AppsPageTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Page = "/index.php/settings/user/security";
    private const string Passphrase = "a passphrase";
    private const string User = "/ocs/v2.php/cloud/user";

    [Fact]
    public async Task Apps_are_shown_after_the_passphrase_alone_and_ended_one_by_one()
    {
        var (kept, ended) = (await AddAsync("kept <b>"), await AddAsync(Folder));
        var browser = new Browser(Cozy);

        var before = await browser.OpenAsync(Page);
        var list = await browser.PressAsync(Page, "sign-in", Passphrase);
        var after = await PressAsync(browser, "revoke", IdOf(list.Text, Folder));

        Assert.DoesNotContain(Folder, before.Text, StringComparison.Ordinal);
        Assert.Contains("kept &lt;b&gt;", list.Text, StringComparison.Ordinal);
        Assert.Contains(Folder, list.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Folder, after.Text, StringComparison.Ordinal);
        Expect.Status(200, await kept.OcsAsync(User));
        Expect.Status(401, await ended.OcsAsync(User));
    }

    [Fact]
    public async Task Nothing_is_ended_without_the_session_and_its_state_nor_in_another_instance()
    {
        var app = await AddAsync(Folder);
        var browser = new Browser(Cozy);
        await browser.OpenAsync(Page);
        var id = IdOf((await browser.PressAsync(Page, "sign-in", Passphrase)).Text, Folder);
        var domain = $"other-{Folder[1..]}.example";
        var other = new Browser(await Fixture.AddInstanceAsync(domain));
        await other.OpenAsync(Page);
        await other.PressAsync(Page, "sign-in", Passphrase);

        Expect.Status(403, await PressAsync(new Browser(Cozy) { State = browser.State }, "revoke", id));
        browser.State = "forged";
        Expect.Status(403, await PressAsync(browser, "revoke", id));
        Expect.Status(404, await PressAsync(other, "revoke", id));

        Expect.Status(200, await app.OcsAsync(User));
    }

    [Fact]
    public async Task Who_signs_out_has_to_sign_in_again()
    {
        var browser = new Browser(Cozy);
        await browser.OpenAsync(Page);
        await browser.PressAsync(Page, "sign-in", Passphrase);

        await browser.PressAsync(Page, "leave");

        Assert.Contains("id=\"passphrase\"", (await browser.OpenAsync(Page)).Text, StringComparison.Ordinal);
    }

    private async Task<NextcloudApp> AddAsync(string name) =>
        new(Cozy, NextcloudApp.Basic(NextcloudApp.User, await NextcloudApp.AddPasswordAsync(Fixture, RouteFixture.Domain, name)));

    private static Task<Answer> PressAsync(Browser browser, string step, string id) => browser.PressAsync(Page, step, null, ("id", id));

    private static string IdOf(string html, string name) => Item().Matches(html).Single(item => item.Value.Contains(name, StringComparison.Ordinal)).Groups["id"].Value;

    [GeneratedRegex("""<li>.*?name="id" value="(?<id>[^"]*)".*?</li>""", RegexOptions.Singleline)]
    private static partial Regex Item();
}
