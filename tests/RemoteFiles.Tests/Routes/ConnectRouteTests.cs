using System.Text.Json.Nodes;
using StandIn;

namespace RemoteFiles.Tests.Routes;

/// <summary>Connecting a Nextcloud and taking the connection back; the Nextcloud is another instance of ours, over its own face.</summary>
public sealed class ConnectRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Flows = "/remote/nextcloud/login-flows";
    private const string Accounts = "/remote/nextcloud/accounts";

    [Fact]
    public async Task A_login_that_the_user_allows_at_the_Nextcloud_becomes_an_account_whose_password_nobody_sees()
    {
        var (nextcloud, url) = await OtherAsync();

        var begun = await Cozy.PostAsync(Flows, Body(("nextcloud_url", url)));
        Expect.Status(201, begun);
        var flow = JsonNode.Parse(begun.Text)!;
        var handle = (string)flow["handle"]!;
        Assert.StartsWith(url + "login/v2/flow/", (string)flow["login_url"]!, StringComparison.Ordinal);
        Expect.Json(200, Expect.PlainJson, """{"status":"waiting"}""", await PollAsync(handle));
        await AllowAsync(nextcloud, new Uri((string)flow["login_url"]!).AbsolutePath);
        var connected = await PollAsync(handle);

        Expect.Status(200, connected);
        var account = (string)JsonNode.Parse(connected.Text)!["account_id"]!;
        var user = nextcloud.Domain.Split('.')[0];
        Expect.Json(
            200, Expect.PlainJson, $$"""{"status":"connected","account_id":"{{account}}","nextcloud_url":"{{url}}","nextcloud_login":"{{user}}"}""", connected);
        Expect.Status(200, await Cozy.GetAsync($"/remote/nextcloud/{account}/"));
        Expect.Json(200, Expect.PlainJson, """{"status":"waiting"}""", await PollAsync(handle));
        var apps = JsonNode.Parse(await AppsAsync(nextcloud.Domain))!.AsArray();
        Assert.Equal("Cozy", (string)Assert.Single(apps)!["name"]!);

        Expect.Status(204, await Cozy.PostAsync($"{Accounts}/{account}/revoke"));

        Assert.Equal("[]", await AppsAsync(nextcloud.Domain));
        Expect.Status(404, await Cozy.GetAsync($"/data/io.cozy.accounts/{account}"));
    }

    [Fact]
    public async Task A_handle_opens_nothing_of_another_instance_and_not_for_long()
    {
        var (_, url) = await OtherAsync();
        var handle = (string)JsonNode.Parse((await Cozy.PostAsync(Flows, Body(("nextcloud_url", url)))).Text)!["handle"]!;
        var stranger = await Fixture.AddInstanceAsync($"stranger-{Folder[1..]}.example");

        Expect.NotFound("this login is too old, begin it again", await stranger.PostAsync(Flows + "/poll", Body(("handle", handle))));
        Expect.NotFound("this login is too old, begin it again", await PollAsync(handle[..^4] + "AAAA"));
        Fixture.Server.Clock.Shift += TimeSpan.FromMinutes(21);

        Expect.NotFound("this login is too old, begin it again", await PollAsync(handle));
    }

    [Fact]
    public async Task An_app_password_is_tried_before_it_is_kept()
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        var refused = await ConnectAsync(nextcloud, "wrong");
        var before = JsonNode.Parse((await Cozy.GetAsync("/data/io.cozy.accounts/_normal_docs")).Text)!["total_rows"]!.ToString();

        Expect.Error(401, "Unauthorized", "nextcloud credentials are invalid", refused);
        Expect.Status(201, await ConnectAsync(nextcloud, nextcloud.Password));
        Assert.Equal("1", before);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ftp://nextcloud.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://user:password@nextcloud.example/")]
    public async Task What_is_no_address_is_refused(string url) => Expect.Status(422, await Cozy.PostAsync(Flows, Body(("nextcloud_url", url))));

    [Theory]
    [InlineData(404, "")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"poll":{"token":"t"},"login":"javascript:alert(1)"}""")]
    [InlineData(200, """{"poll":{"token":""},"login":"https://nextcloud.example/"}""")]
    [InlineData(200, "<html>a hotel's sign-in</html>")]
    public async Task A_server_that_answers_a_login_otherwise_is_none(int status, string text)
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        using var fault = nextcloud.Always(request => request.Target.EndsWith("/login/v2", StringComparison.Ordinal), Misbehave.Status(status, text));

        var answer = await Cozy.PostAsync(Flows, Body(("nextcloud_url", nextcloud.Url.ToString())));

        Expect.Status(502, answer);
        Assert.Equal(1, fault.Times);
    }

    [Fact]
    public async Task A_password_that_is_no_app_password_is_told_and_can_be_forgotten_all_the_same()
    {
        await using var nextcloud = await StandInNextcloud.StartAsync();
        using var own = nextcloud.Always(request => request.Method == "DELETE" && request.Target.EndsWith("/core/apppassword", StringComparison.Ordinal), Misbehave.Status(403));
        var account = (string)JsonNode.Parse((await ConnectAsync(nextcloud, nextcloud.Password)).Text)!["account_id"]!;

        Expect.Conflict($"{nextcloud.Url.Authority} says that this is not an app password", await Cozy.PostAsync($"{Accounts}/{account}/revoke"));
        Expect.Status(204, await Cozy.PostAsync($"{Accounts}/{account}/revoke?Keep=true"));

        Assert.Equal(1, own.Times);
        Expect.Status(404, await Cozy.GetAsync($"/data/io.cozy.accounts/{account}"));
    }

    [Fact]
    public async Task A_token_needs_the_right_to_accounts()
    {
        var files = Cozy.With(await Fixture.Server.TokenAsync(RouteFixture.Domain, "io.cozy.files"));

        Expect.Status(403, await files.PostAsync(Flows, Body(("nextcloud_url", "https://nextcloud.example/"))));
        Expect.Status(403, await files.PostAsync(Accounts, Body(("nextcloud_url", "https://nextcloud.example/"))));
        Expect.Status(403, await files.PostAsync($"{Accounts}/{Fixture.Account}/revoke"));
    }

    private Task<Answer> ConnectAsync(StandInNextcloud nextcloud, string password) => Cozy.PostAsync(
        Accounts, Body(("nextcloud_url", nextcloud.Url.ToString()), ("nextcloud_login", nextcloud.User.Login), ("nextcloud_app_password", password)));

    // It is reached at the service's own address: a name below localhost is this machine.
    private async Task<(RestClient Nextcloud, string Url)> OtherAsync()
    {
        var domain = $"nc{Folder[^6..]}.localhost:{Fixture.Server.Address.Port}";
        return (await Fixture.AddInstanceAsync(domain), $"http://{domain}/");
    }

    private static async Task AllowAsync(RestClient nextcloud, string page)
    {
        var browser = new Browser(nextcloud);
        await browser.OpenAsync(page);
        await browser.PressAsync(page, "sign-in", "a passphrase");
        Expect.Status(200, await browser.PressAsync(page, "allow"));
    }

    private Task<Answer> PollAsync(string handle) => Cozy.PostAsync(Flows + "/poll", Body(("handle", handle)));

    private async Task<string> AppsAsync(string domain) =>
        (await Fixture.Server.AdminAsync(HttpMethod.Get, $"/instances/app-passwords?Domain={Uri.EscapeDataString(domain)}")).Text.Trim();

    private static HttpContent Body(params (string Name, string Value)[] fields) =>
        RestClient.JsonBody(new JsonObject(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)field.Value))).ToJsonString());
}
