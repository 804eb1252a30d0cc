namespace RemoteFiles.Tests.Routes;

/// <summary>Addresses that name no file, on every route: 400, and nothing changes.</summary>
public sealed class AddressTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private static readonly (string Method, string Verb, string Query)[] Routes =
    [
        ("GET", "", ""),
        ("GET", "", "?Dl=1"),
        ("HEAD", "", "?Dl=1"),
        ("PUT", "", "?Type=directory"),
        ("PUT", "", "?Type=file"),
        ("DELETE", "", ""),
        ("POST", "/move", "?To=/other"),
        ("POST", "/copy", "?Name=other"),
        ("POST", "/downstream", "?To=io.cozy.files.root-dir"),
        ("POST", "/upstream", "?From=unknown"),
        ("POST", "/restore/trash", ""),
        ("GET", "/trash", ""),
        ("DELETE", "/trash", ""),
        ("GET", "/size", ""),
    ];

    public static IEnumerable<TheoryDataRow<string, string, string, string>> Cases =>
        from route in Routes
        from bad in new[] { "50%.txt", "%2", "%zz", "%ff", "..", "%2e%2e", ".%2E", ".", "%2E", "a%2Fb", "a%2fb", "a%00b", "%C0%AF", "%ED%A0%80" }
        select new TheoryDataRow<string, string, string, string>(route.Method, route.Verb, route.Query, bad);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_refused(string method, string verb, string query, string bad)
    {
        await Nextcloud.PutAsync(Folder + "/b", "x");

        foreach (var path in new[] { $"{Folder}/{bad}", $"{Folder}/{bad}/b" })
        {
            var answer = await Cozy.SendAsync(method, $"/remote/nextcloud/{Fixture.Account}{verb}{path}{query}", method is "PUT" or "POST" ? RestClient.Body("x") : null);
            Refused(method, bad, answer);
        }

        Assert.Equal(["b"], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("%2e%2e")]
    [InlineData("a%2Fb")]
    [InlineData("%zz")]
    [InlineData("%00")]
    public async Task An_account_that_is_no_name_is_refused(string account) => Refused("GET", account, await Cozy.GetAsync($"/remote/nextcloud/{account}/x"));

    [Fact]
    public async Task A_plus_in_the_path_is_a_plus()
    {
        await Nextcloud.PutAsync(Folder + "/a+b.txt", "plus");
        await Nextcloud.PutAsync(Folder + "/a b.txt", "space");

        Assert.Equal("plus", (await Cozy.GetAsync(Target("") + "/a+b.txt?Dl=1")).Text);
        Assert.Equal("plus", (await Cozy.GetAsync(Target("") + "/a%2bb.txt?Dl=1")).Text);
        Assert.Equal("space", (await Cozy.GetAsync(Target("") + "/a%20b.txt?Dl=1")).Text);
    }

    [Fact]
    public async Task A_path_is_decoded_exactly_once()
    {
        await Nextcloud.PutAsync(Folder + "/a%20b.txt", "percent");
        await Nextcloud.PutAsync(Folder + "/a b.txt", "space");

        Assert.Equal("percent", (await Cozy.GetAsync(Target("") + "/a%2520b.txt?Dl=1")).Text);
        Assert.Equal("space", (await Cozy.GetAsync(Target("") + "/a%20b.txt?Dl=1")).Text);
    }

    [Fact]
    public async Task Letters_may_be_encoded_or_not()
    {
        await Nextcloud.PutAsync(Folder + "/it's (1)!*~.txt", "x");

        Assert.Equal("x", (await Cozy.GetAsync(Target("") + "/it's%20(1)!*~.txt?Dl=1")).Text);
        Assert.Equal("x", (await Cozy.GetAsync(Target("") + "/%69t%27s%20%281%29%21%2A%7E.txt?Dl=1")).Text);
    }

    // Kestrel refuses a NUL by itself, without a body.
    private static void Refused(string method, string bad, Answer answer)
    {
        Expect.Status(400, answer);
        if (method != "HEAD" && !bad.Contains("%00", StringComparison.Ordinal))
        {
            Expect.BadRequest("invalid path", answer);
        }
    }
}
