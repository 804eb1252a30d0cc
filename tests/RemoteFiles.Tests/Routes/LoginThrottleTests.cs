using System.Globalization;

namespace RemoteFiles.Tests.Routes;

/// <summary>Who guesses is slowed down; nobody else is.</summary>
public sealed class LoginThrottleTests : RouteTest, IClassFixture<RouteFixture>
{
    private const string Passphrase = "a passphrase";
    private const string Typed = "/ocs/v2.php/core/getapppassword";
    private const string User = "/ocs/v2.php/cloud/user";

    private static int last;

    // Each test has an address of its own, and begins when what others tried is forgotten.
    private readonly string address = $"198.51.100.{Interlocked.Increment(ref last)}";

    public LoginThrottleTests(RouteFixture fixture)
        : base(fixture) => fixture.Server.Clock.Shift += TimeSpan.FromMinutes(20);

    [Fact]
    public async Task Guesses_of_the_passphrase_end_with_429_and_a_time_to_come_again()
    {
        Assert.Equal(Enumerable.Repeat(401, 10), await TryAsync(address, "wrong", 10));

        var refused = await AskAsync(address, Typed, Passphrase);

        Expect.Status(429, refused);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 1200);
        Fixture.Server.Clock.Shift += TimeSpan.FromMinutes(20);
        Expect.Status(200, await AskAsync(address, Typed, Passphrase));
    }

    [Fact]
    public async Task Guesses_at_once_are_no_way_around()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => AskAsync(address, Typed, "wrong")));

        Assert.Equal((10, 20), (answers.Count(answer => answer.Status == 401), answers.Count(answer => answer.Status == 429)));
    }

    [Fact]
    public async Task The_login_page_counts_with_them_and_says_so()
    {
        await TryAsync(address, "wrong", 10);
        var start = await Cozy.With(null).PostAsync("/login/v2");
        var page = new Uri((string)System.Text.Json.Nodes.JsonNode.Parse(start.Text)!["login"]!).AbsolutePath;
        var browser = new Browser(Cozy, ("X-Forwarded-For", address));
        await browser.OpenAsync(page);

        var answer = await browser.PressAsync(page, "sign-in", Passphrase);

        Expect.Status(429, answer);
        Assert.NotNull(answer.Header("Retry-After"));
        Assert.Contains("Too many tries", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_neighbour_behind_the_same_address_and_the_user_elsewhere_are_not_locked_out()
    {
        var domain = $"other-{Folder[1..]}.example";
        var neighbour = await Fixture.AddInstanceAsync(domain);
        await TryAsync(address, "wrong", 11);

        Expect.Status(200, await AskAsync(address + "1", Typed, Passphrase));
        var login = NextcloudApp.Basic(domain.Split('.')[0], Passphrase);
        Expect.Status(200, await new NextcloudApp(neighbour, login).OcsAsync(Typed, headers: ("X-Forwarded-For", address)));
    }

    [Fact]
    public async Task A_good_app_password_always_passes()
    {
        var password = await NextcloudApp.AddPasswordAsync(Fixture, RouteFixture.Domain);
        var statuses = new List<int>();
        for (var i = 0; i < 40; i++)
        {
            statuses.Add((await AskAsync(address, User, $"wrong {i}")).Status);
        }

        Assert.Equal((30, 10), (statuses.Count(status => status == 401), statuses.Count(status => status == 429)));
        Expect.Status(200, await AskAsync(address, User, password));
        Expect.Status(200, await AskAsync(address, Typed, Passphrase));
    }

    [Fact]
    public async Task WebDAV_tells_it_in_its_own_words()
    {
        for (var i = 0; i < 30; i++)
        {
            await AskAsync(address, User, "wrong");
        }

        var answer = await new NextcloudApp(Cozy, NextcloudApp.Basic("cozy", "wrong")).SendAsync("PROPFIND", "/remote.php/dav/files/cozy/", null, ("X-Forwarded-For", address));

        Expect.Status(429, answer);
        Assert.NotNull(answer.Header("Retry-After"));
        Assert.Contains(@"<s:exception>OCA\DAV\Connector\Sabre\Exception\TooManyRequests</s:exception>", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_whose_password_was_revoked_does_not_count_as_guessing()
    {
        var password = await NextcloudApp.AddPasswordAsync(Fixture, RouteFixture.Domain);
        await new NextcloudApp(Cozy, NextcloudApp.Basic("cozy", password)).OcsAsync("/ocs/v2.php/core/apppassword", "DELETE");

        for (var i = 0; i < 40; i++)
        {
            Expect.Status(401, await AskAsync(address, User, password));
        }
    }

    [Fact]
    public async Task A_good_login_makes_up_for_bad_ones()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Enumerable.Repeat(401, 6), await TryAsync(address, "wrong", 6));
            Expect.Status(200, await AskAsync(address, Typed, Passphrase));
        }
    }

    [Fact]
    public async Task An_instance_that_is_tried_from_everywhere_still_takes_one_try_from_each_address()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(Enumerable.Repeat(401, 10), await TryAsync($"203.0.113.{i}", "wrong", 10));
        }

        Assert.Equal([401, 429], await TryAsync("203.0.113.100", "wrong", 2));
        Expect.Status(200, await AskAsync("203.0.113.101", Typed, Passphrase));
    }

    [Fact]
    public async Task The_addresses_of_one_IPv6_household_are_one()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(401, (await AskAsync($"2001:db8:1:22{i}0::1", Typed, "wrong")).Status);
        }

        Expect.Status(429, await AskAsync("2001:db8:1:22ff::1", Typed, Passphrase));
        Expect.Status(200, await AskAsync("2001:db8:1:2300::1", Typed, Passphrase));
    }

    [Fact]
    public async Task Logins_are_begun_only_so_often()
    {
        var statuses = new List<int>();
        for (var i = 0; i < 61; i++)
        {
            statuses.Add((await Cozy.With(null).PostAsync("/login/v2", null, ("X-Forwarded-For", address))).Status);
        }

        Assert.Equal((60, 429), (statuses.Count(status => status == 200), statuses[^1]));
    }

    private async Task<List<int>> TryAsync(string from, string password, int times)
    {
        var statuses = new List<int>();
        for (var i = 0; i < times; i++)
        {
            statuses.Add((await AskAsync(from, Typed, password)).Status);
        }

        return statuses;
    }

    private Task<Answer> AskAsync(string from, string target, string password) =>
        new NextcloudApp(Cozy, NextcloudApp.Basic("cozy", password)).OcsAsync(target, headers: ("X-Forwarded-For", from));
}
