using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace RemoteFiles.Tests.Routes;

/// <summary>App passwords from their making to their end, by the app itself and by the operator.</summary>
public sealed class AppPasswordTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Passphrase = "a passphrase";
    private const string User = "/ocs/v2.php/cloud/user";

    [Fact]
    public async Task The_passphrase_is_changed_into_an_app_password_and_opens_nothing_else()
    {
        var typed = App(Passphrase);

        var answer = await typed.OcsAsync("/ocs/v2.php/core/getapppassword", headers: ("User-Agent", "Mozilla/5.0 (Android) Nextcloud-android/35.0"));

        Expect.Status(200, answer);
        var password = XDocument.Parse(answer.Text).Root!.Element("data")!.Element("apppassword")!.Value;
        Expect.Status(200, await App(password).OcsAsync(User));
        Expect.Status(401, await typed.OcsAsync(User));
        Expect.Status(401, await typed.SendAsync("PROPFIND", "/remote.php/dav/files/cozy/", null, ("Depth", "0")));
        Assert.Contains(await ListAsync(RouteFixture.Domain), one => (string)one!["name"]! == "Nextcloud for Android");
    }

    [Fact]
    public async Task Nobody_gets_one_without_the_passphrase()
    {
        const string target = "/ocs/v2.php/core/getapppassword";

        Expect.Status(403, await App(await NewAsync()).OcsAsync(target));
        Expect.Status(401, await App("wrong").OcsAsync(target));
        Expect.Status(401, await App(Passphrase, "somebody").OcsAsync(target));
        Expect.Status(401, await new NextcloudApp(Cozy, null).OcsAsync(target));
    }

    [Fact]
    public async Task An_app_gives_its_password_back()
    {
        var (one, other) = (App(await NewAsync()), App(await NewAsync()));

        var answer = await one.OcsAsync("/ocs/v2.php/core/apppassword?format=json", "DELETE");

        Expect.Status(200, answer);
        Assert.Equal("[]", JsonNode.Parse(answer.Text)!["ocs"]!["data"]!.ToJsonString());
        Expect.Status(401, await one.OcsAsync(User));
        Expect.Status(200, await other.OcsAsync(User));
        Expect.Status(401, await App(Passphrase).OcsAsync("/ocs/v2.php/core/apppassword", "DELETE"));
    }

    [Fact]
    public async Task An_app_changes_its_password()
    {
        var old = App(await NewAsync());

        var answer = await old.OcsAsync("/ocs/v2.php/core/apppassword/rotate?format=json", "POST");

        Expect.Status(200, answer);
        Expect.Status(200, await App((string)JsonNode.Parse(answer.Text)!["ocs"]!["data"]!["apppassword"]!).OcsAsync(User));
        Expect.Status(401, await old.OcsAsync(User));
    }

    [Theory]
    [InlineData(Passphrase, 200)]
    [InlineData("wrong", 403)]
    [InlineData("", 403)]
    public async Task An_app_has_the_passphrase_confirmed(string passphrase, int status)
    {
        var form = new FormUrlEncodedContent([new("password", passphrase)]);

        Expect.Status(status, await App(await NewAsync()).OcsAsync("/ocs/v2.php/core/apppassword/confirm", "PUT", form));
    }

    [Fact]
    public async Task The_operator_lists_and_revokes_those_of_one_instance_alone()
    {
        var domain = $"other-{Folder[1..]}.example";
        await Fixture.AddInstanceAsync(domain);
        var app = App(await NewAsync(Folder));
        Expect.Status(200, await app.OcsAsync(User));
        var id = (string)Assert.Single(await ListAsync(RouteFixture.Domain), one => (string)one!["name"]! == Folder)!["id"]!;

        var asOther = await RevokeAsync(domain, id);
        Expect.Status(200, await app.OcsAsync(User));
        var asItself = await RevokeAsync(RouteFixture.Domain, id);
        var again = await RevokeAsync(RouteFixture.Domain, id);

        Assert.Equal((404, 204, 404), (asOther.Status, asItself.Status, again.Status));
        Expect.Status(401, await app.OcsAsync(User));
        Assert.Empty(await ListAsync(domain));
    }

    [Fact]
    public async Task The_list_tells_when_each_was_used()
    {
        var app = App(await NewAsync(Folder));
        var before = Assert.Single(await ListAsync(RouteFixture.Domain), one => (string)one!["name"]! == Folder)!["used_at"];

        await app.OcsAsync(User);

        Assert.Null(before);
        Assert.NotNull(Assert.Single(await ListAsync(RouteFixture.Domain), one => (string)one!["name"]! == Folder)!["used_at"]);
    }

    [Fact]
    public async Task No_password_is_on_the_disk_or_in_the_log()
    {
        var password = await NewAsync();
        await App(password).OcsAsync(User);

        foreach (var file in Fixture.Server.Files)
        {
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(password, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nobody_is_told_to_wipe_a_device()
    {
        foreach (var step in new[] { "check", "success" })
        {
            var form = new FormUrlEncodedContent([new("token", await NewAsync())]);
            var answer = await Cozy.With(null).PostAsync("/index.php/core/wipe/" + step, form);
            Assert.Equal((404, "[]"), (answer.Status, answer.Text));
        }
    }

    private Task<string> NewAsync(string name = "a test") => NextcloudApp.AddPasswordAsync(Fixture, RouteFixture.Domain, name);

    private NextcloudApp App(string password, string user = NextcloudApp.User) => new(Cozy, NextcloudApp.Basic(user, password));

    private async Task<JsonArray> ListAsync(string domain)
    {
        var answer = await Fixture.Server.AdminAsync(HttpMethod.Get, "/instances/app-passwords?Domain=" + Uri.EscapeDataString(domain));
        Expect.Status(200, answer);
        return JsonNode.Parse(answer.Text)!.AsArray();
    }

    private Task<Answer> RevokeAsync(string domain, string id) =>
        Fixture.Server.AdminAsync(HttpMethod.Delete, $"/instances/app-passwords/{id}?Domain={Uri.EscapeDataString(domain)}");
}
