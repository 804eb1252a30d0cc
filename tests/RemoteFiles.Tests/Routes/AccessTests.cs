using System.Text;

namespace RemoteFiles.Tests.Routes;

/// <summary>Who may call: the instance by its host, the caller by a token of that instance, the permission by the route.</summary>
public sealed class AccessTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Challenge = "Bearer error=\"invalid_token\"";

    private static readonly (string Method, string Path, string Permission)[] Routes =
    [
        ("GET", "/remote/nextcloud/{account}/{folder}", "io.cozy.files:GET"),
        ("GET", "/remote/nextcloud/{account}/{folder}/file.txt?Dl=1", "io.cozy.files:GET"),
        ("GET", "/remote/nextcloud/{account}/size/{folder}", "io.cozy.files:GET"),
        ("GET", "/remote/nextcloud/{account}/trash/", "io.cozy.files:GET"),
        ("PUT", "/remote/nextcloud/{account}/{folder}/new", "io.cozy.files:POST"),
        ("PUT", "/remote/nextcloud/{account}/{folder}/new?Type=file", "io.cozy.files:POST"),
        ("DELETE", "/remote/nextcloud/{account}/{folder}/file.txt", "io.cozy.files:DELETE"),
        ("DELETE", "/remote/nextcloud/{account}/trash/missing.d1", "io.cozy.files:DELETE"),
        ("POST", "/remote/nextcloud/{account}/move/{folder}/file.txt?To=/{folder}/new", "io.cozy.files:POST"),
        ("POST", "/remote/nextcloud/{account}/copy/{folder}/file.txt", "io.cozy.files:POST"),
        ("POST", "/remote/nextcloud/{account}/downstream/{folder}/file.txt?To=io.cozy.files.root-dir", "io.cozy.files:POST"),
        ("POST", "/remote/nextcloud/{account}/upstream/{folder}/new?From=unknown", "io.cozy.files:POST"),
        ("POST", "/remote/nextcloud/{account}/restore/trash/missing.d1", "io.cozy.files:POST"),
        ("GET", "/files/io.cozy.files.root-dir", "io.cozy.files:GET"),
        ("GET", "/files/metadata?Path=/", "io.cozy.files:GET"),
        ("GET", "/files/io.cozy.files.root-dir/relationships/contents", "io.cozy.files:GET"),
        ("GET", "/files/download/unknown", "io.cozy.files:GET"),
        ("GET", "/files/download?Path=/unknown", "io.cozy.files:GET"),
        ("POST", "/files/io.cozy.files.root-dir?Type=directory&Name={folder}", "io.cozy.files:POST"),
        ("POST", "/files/?Type=directory&Path=/{folder}", "io.cozy.files:POST"),
        ("POST", "/files/io.cozy.files.root-dir?Type=file&Name={folder}", "io.cozy.files:POST"),
    ];

    public static IEnumerable<TheoryDataRow<string, string, string>> Cases =>
        Routes.Select(route => new TheoryDataRow<string, string, string>(route.Method, route.Path, route.Permission));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_route_asks_for_its_permission_and_no_other(string method, string path, string permission)
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");
        var verbs = new[] { "GET", "POST", "PUT", "PATCH", "DELETE" }.Where(verb => verb != permission.Split(':')[1]);
        var other = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, $"io.cozy.files:{string.Join(',', verbs)} io.cozy.accounts io.cozy.remote.nextcloud.files"));
        var some = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, permission + ":some-directory"));
        var right = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, permission));

        Refused(403, "Forbidden", await SendAsync(other, method, path));
        Refused(403, "Forbidden", await SendAsync(some, method, path));
        Assert.Equal(["file.txt"], await Nextcloud.NamesAsync(Folder));
        Assert.DoesNotContain((await SendAsync(right, method, path)).Status, new[] { 400, 401, 403 });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Without_a_token_every_route_is_401_and_changes_nothing(string method, string path, string permission)
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");

        var answer = await SendAsync(Cozy.With(null), method, path);

        Assert.NotEmpty(permission);
        Refused(401, "No token in request", answer);
        Assert.Null(answer.Header("WWW-Authenticate"));
        Assert.Equal(["file.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_token_of_another_instance_opens_nothing(string method, string path, string permission)
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");
        var other = $"{Folder[1..]}.example";
        await Fixture.Server.AddInstanceAsync(other);
        var stranger = Cozy.With(await Fixture.Server.TokenAsync(other, permission));

        var answer = await SendAsync(stranger, method, path);

        Refused(400, "Invalid JWT token", answer);
        Assert.Equal(Challenge, answer.Header("WWW-Authenticate"));
        Assert.Equal(["file.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_unknown_host_is_404(string method, string path, string permission)
    {
        Assert.NotEmpty(permission);
        Refused(404, "Instance not found", await SendAsync(Fixture.Server.Client("unknown.example", Cozy.Token), method, path));
        Refused(404, "Instance not found", await SendAsync(Fixture.Server.Client("cozy.example", Cozy.Token), method, path));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    public async Task Something_that_is_no_token_is_400(string token)
    {
        var answer = await Cozy.With(null).GetAsync(Target(""), ("Accept", "application/json"), ("Authorization", "Bearer " + token));

        Refused(400, "Invalid JWT token", answer);
        Assert.Equal(Challenge, answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_token_that_was_changed_is_400()
    {
        var parts = (await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.accounts")).Split('.');
        var better = Encoding.UTF8.GetString(FromBase64Url(parts[1])).Replace("io.cozy.accounts", "io.cozy.files", StringComparison.Ordinal);
        var forged = $"{parts[0]}.{ToBase64Url(better)}.{parts[2]}";
        var unsigned = $"{ToBase64Url("{\"alg\":\"none\",\"typ\":\"JWT\"}")}.{ToBase64Url(better)}.";

        foreach (var token in new[] { forged, unsigned })
        {
            var answer = await Cozy.With(token).GetAsync(Target(""), ("Accept", "application/json"));
            Refused(400, "Invalid JWT token", answer);
            Assert.Equal(Challenge, answer.Header("WWW-Authenticate"));
        }
    }

    [Fact]
    public async Task An_expired_token_is_400_and_says_so()
    {
        var token = await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.files");
        try
        {
            Fixture.Server.Clock.Shift = TimeSpan.FromMinutes(29);
            Expect.Status(200, await Cozy.With(token).GetAsync(Target("")));

            Fixture.Server.Clock.Shift = TimeSpan.FromMinutes(31);
            var answer = await Cozy.With(token).GetAsync(Target(""), ("Accept", "application/json"));

            Refused(400, "Expired token", answer);
            Assert.Equal(Challenge + " error_description=\"The access token expired\"", answer.Header("WWW-Authenticate"));
        }
        finally
        {
            Fixture.Server.Clock.Shift = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task A_token_may_be_a_password_or_stand_in_the_query()
    {
        var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("anyone:" + Cozy.Token));

        Expect.Status(200, await Cozy.With(null).GetAsync(Target(""), ("Authorization", basic)));
        Expect.Status(200, await Cozy.With(null).GetAsync(Target("") + "?bearer_token=" + Cozy.Token));
    }

    [Fact]
    public async Task The_host_is_compared_without_case() =>
        Expect.Status(200, await Fixture.Server.Client(Cozy.Domain.ToUpperInvariant(), Cozy.Token).GetAsync(Target("")));

    [Fact]
    public async Task An_app_has_the_rights_of_the_app_and_not_of_its_scope()
    {
        var settings = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.nothing", "app", "settings"));
        var unknown = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.files", "app", "unknown"));

        Expect.Status(200, await settings.GetAsync(Target("")));
        Expect.NotFound("no permission doc for unknown", await unknown.GetAsync(Target("")));
    }

    [Fact]
    public async Task The_files_of_another_instance_are_never_visible()
    {
        var other = await Fixture.AddInstanceAsync($"{Folder[1..]}.example");
        var file = await UploadAsync(await MakeDirectoryAsync(), "secret.txt", "x");

        Expect.NotFound("file does not exist", await other.GetAsync("/files/" + file));
        Expect.NotFound("file does not exist", await other.GetAsync("/files/download/" + file));
        Expect.NotFound("file does not exist", await other.GetAsync($"/files/metadata?Path={Folder}/secret.txt"));
        Assert.DoesNotContain(Folder[1..], Ids.NamesIn(await other.GetAsync("/files/io.cozy.files.root-dir/relationships/contents")));
    }

    [Fact]
    public async Task The_account_of_another_instance_is_never_visible()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");
        var other = await Fixture.AddInstanceAsync($"{Folder[1..]}.example");

        foreach (var (method, path, _) in Routes.Where(route => route.Path.StartsWith("/remote", StringComparison.Ordinal)))
        {
            Expect.NotFound("account not found", await SendAsync(other, method, path));
        }

        Expect.Status(404, await other.GetAsync("/data/io.cozy.accounts/" + Fixture.Account));
        Assert.Equal(["file.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task Routes_of_services_and_operators_are_not_for_users()
    {
        Expect.Status(403, await Cozy.PostAsync("/cozy.transfers.v1.Transfers/Probe", RestClient.Body("", "application/grpc")));

        Refused(404, "Not Found", await Cozy.GetAsync("/instances/", ("Accept", "application/json")));
        Refused(404, "Not Found", await Cozy.PostAsync($"/instances/token?Domain={Cozy.Domain}&Audience=cli&Subject=x&Scope=io.cozy.files", null, ("Accept", "application/json")));
    }

    private Task<Answer> SendAsync(RestClient client, string method, string path)
    {
        var target = path.Replace("{account}", Fixture.Account, StringComparison.Ordinal).Replace("{folder}", Folder[1..], StringComparison.Ordinal);
        return client.SendAsync(method, target, method is "PUT" or "POST" ? RestClient.Body("") : null, ("Accept", "application/json"));
    }

    private static void Refused(int status, string message, Answer answer)
    {
        Expect.Status(status, answer);
        Assert.Equal(Expect.PlainJson, answer.ContentType);
        Expect.Same($$"""{"error":"{{message}}"}""", answer.Text);
    }

    private static byte[] FromBase64Url(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);

    private static string ToBase64Url(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
