namespace RemoteFiles.Tests.Routes;

/// <summary>The other names of an instance, and its picture.</summary>
public sealed class InstanceNameTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task An_alias_is_the_instance_itself()
    {
        var (cozy, alias) = await AddAsync(old: false);
        var file = Ids.Of(await cozy.PostAsync("/files/io.cozy.files.root-dir?Type=file&Name=a.txt", RestClient.Body("x")));

        Expect.Status(200, await alias.GetAsync("/files/" + file));
        Assert.Equal("x", (await alias.GetAsync("/files/download/" + file)).Text);
        Expect.Status(200, await Fixture.Server.Client(alias.Domain.ToUpperInvariant(), cozy.Token).GetAsync("/files/" + file));
        Expect.Status(400, await alias.With(Cozy.Token).GetAsync("/files/" + file));
    }

    [Theory]
    [InlineData("GET", "/files/metadata?Path=%2Fa%20b&x=%2F")]
    [InlineData("POST", "/files/io.cozy.files.root-dir?Type=file&Name=a")]
    [InlineData("PROPFIND", "/remote.php/dav/files/x/")]
    public async Task From_an_old_domain_one_is_sent_to_the_new_one_with_the_same_path_and_query(string method, string target)
    {
        var (cozy, old) = await AddAsync(old: true);

        foreach (var client in new[] { old, old.With(null) })
        {
            var answer = await client.SendAsync(method, target, method == "POST" ? RestClient.Body("x") : null);
            Assert.Equal((308, $"https://{cozy.Domain}{target}"), (answer.Status, answer.Header("Location")));
        }
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        var (cozy, alias) = await AddAsync(old: false);

        Assert.Equal(409, (await NameAsync(cozy.Domain, alias.Domain)).Status);
        Assert.Equal(409, (await NameAsync(cozy.Domain, Cozy.Domain)).Status);
        Assert.Equal(400, (await NameAsync(cozy.Domain, "no/name")).Status);
        Assert.Equal(404, (await NameAsync("unknown.example", "other.example")).Status);
        Assert.Equal(409, (await Fixture.Server.AdminAsync(HttpMethod.Post, "/instances", ("Domain", alias.Domain), ("Passphrase", "x"))).Status);
    }

    [Theory]
    [InlineData("Alma Maria Maier", "AM")]
    [InlineData("alma", "A")]
    [InlineData("", "P")]
    [InlineData("éva <script>", "É&lt;")]
    [InlineData("🙂 b", "🙂B")]
    public async Task The_picture_of_an_instance_shows_the_initials_of_its_name_to_anyone(string name, string initials)
    {
        var domain = $"p{Guid.NewGuid():N}.example";
        await Fixture.Server.AddInstanceAsync(domain, profile: ("PublicName", name));

        var answer = await Fixture.Server.Client(domain, null).GetAsync("/public/avatar?fallback=initials");

        Assert.Equal((200, "image/svg+xml"), (answer.Status, answer.ContentType));
        var shown = System.Xml.Linq.XDocument.Parse(answer.Text).Root!.Value;
        Assert.Equal(System.Net.WebUtility.HtmlDecode(initials), shown);
    }

    private async Task<(RestClient Cozy, RestClient Other)> AddAsync(bool old)
    {
        var name = Guid.NewGuid().ToString("N");
        var cozy = await Fixture.AddInstanceAsync($"{name}.example:8080");
        var answer = await Fixture.Server.AdminAsync(HttpMethod.Post, "/instances/names", ("Domain", cozy.Domain), ("Name", $"{name}.other"), ("Old", old ? "true" : ""));
        Assert.Equal(201, answer.Status);
        return (cozy, Fixture.Server.Client($"{name}.other", cozy.Token));
    }

    private Task<Answer> NameAsync(string domain, string name) =>
        Fixture.Server.AdminAsync(HttpMethod.Post, "/instances/names", ("Domain", domain), ("Name", name));
}
