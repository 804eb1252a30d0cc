using System.Text;
using System.Xml.Linq;

namespace RemoteFiles.Tests.Routes;

/// <summary>The drive as a Nextcloud: what a migration from it asks for, by an app password.</summary>
public sealed class NextcloudFaceTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string User = "cozy";
    private const string Files = "/remote.php/dav/files/cozy";
    private const string Sizes = """<?xml version="1.0"?><a:propfind xmlns:a="DAV:" xmlns:b="http://owncloud.org/ns"><a:prop><b:size/><a:resourcetype/><b:nothing/></a:prop></a:propfind>""";

    private static readonly XNamespace D = "DAV:";
    private static readonly XNamespace Oc = "http://owncloud.org/ns";

    [Theory]
    [InlineData("GET", "/ocs/v2.php/cloud/user")]
    [InlineData("PROPFIND", Files + "/")]
    [InlineData("GET", Files + "/a.txt")]
    public async Task Nobody_and_somebody_else_are_401(string method, string target)
    {
        var (mine, other) = (await LoginAsync(), await OtherLoginAsync());

        foreach (var login in new[] { null, Basic(User, "wrong"), Basic("somebody", mine.Split(' ')[1]), other })
        {
            var answer = await AskAsync(method, target, login, null, ("OCS-APIRequest", "true"));
            Expect.Status(401, answer);
        }
    }

    [Theory]
    [InlineData(Files)]
    [InlineData("/remote.php/webdav")]
    public async Task A_folder_lists_its_children_below_the_address_that_was_asked(string root)
    {
        var directory = await MakeDirectoryAsync();
        await UploadAsync(directory, "100% & +#.txt", "hello");
        await UploadAsync(directory, "日本語.md", "");

        var answer = await AskAsync("PROPFIND", $"{root}{Folder}", await LoginAsync(), Sizes, ("Depth", "1"));

        Expect.Status(207, answer);
        Assert.Equal("application/xml; charset=utf-8", answer.ContentType);
        var responses = XDocument.Parse(answer.Text).Root!.Elements(D + "response").ToList();
        Assert.Equal(
            [$"{root}{Folder}/", $"{root}{Folder}/100%25%20%26%20%2B%23.txt", $"{root}{Folder}/%E6%97%A5%E6%9C%AC%E8%AA%9E.md"],
            responses.Select(response => response.Element(D + "href")!.Value));
        Assert.Equal(["5", "5", "0"], responses.Select(response => response.Descendants(Oc + "size").Single().Value));
        Assert.Equal(["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"], responses[0].Elements(D + "propstat").Select(stat => stat.Element(D + "status")!.Value));
        Assert.NotNull(responses[0].Descendants(D + "resourcetype").Single().Element(D + "collection"));
    }

    [Fact]
    public async Task An_empty_body_asks_for_the_usual_properties_and_a_broken_one_is_400()
    {
        await MakeDirectoryAsync();
        var login = await LoginAsync();

        var usual = await AskAsync("PROPFIND", Files + Folder, login, "", ("Depth", "0"));
        var broken = await AskAsync("PROPFIND", Files + Folder, login, "<d:propfind", ("Depth", "0"));

        Expect.Status(207, usual);
        Assert.NotEmpty(XDocument.Parse(usual.Text).Descendants(D + "getetag").Single().Value);
        Expect.Status(400, broken);
    }

    [Fact]
    public async Task A_file_is_read_whole_and_in_part()
    {
        await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello world");
        var login = await LoginAsync();

        var whole = await AskAsync("GET", $"{Files}{Folder}/a.txt", login, null);
        var part = await AskAsync("GET", $"{Files}{Folder}/a.txt", login, null, ("Range", "bytes=6-"));

        Assert.Equal((200, "hello world"), (whole.Status, whole.Text));
        Assert.Equal((206, "world", "bytes 6-10/11"), (part.Status, part.Text, part.Header("Content-Range")));
        Assert.Equal(whole.Header("ETag"), part.Header("ETag"));
    }

    [Theory]
    [InlineData("PROPFIND", Files + "/missing", "NotFound", 404)]
    [InlineData("GET", Files + "/missing", "NotFound", 404)]
    [InlineData("PROPFIND", "/remote.php/dav/files/somebody/", "NotFound", 404)]
    [InlineData("PROPFIND", Files + "/a/%2e%2e/b", "BadRequest", 400)]
    public async Task Errors_are_written_as_Sabre_does(string method, string target, string exception, int status)
    {
        var answer = await AskAsync(method, target, await LoginAsync(), null);

        Expect.Status(status, answer);
        XNamespace s = "http://sabredav.org/ns";
        Assert.Equal($@"Sabre\DAV\Exception\{exception}", XDocument.Parse(answer.Text).Root!.Element(s + "exception")!.Value);
    }

    private static string Basic(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private Task<string> LoginAsync() => LoginAsync(RouteFixture.Domain);

    // The app password of another tenant, under the name of this one's user.
    private async Task<string> OtherLoginAsync()
    {
        var domain = $"other-{Folder[1..]}.example";
        await Fixture.AddInstanceAsync(domain);
        return await LoginAsync(domain);
    }

    private async Task<string> LoginAsync(string domain)
    {
        var answer = await Fixture.Server.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", domain), ("Name", "a test"));
        Expect.Status(200, answer);
        return Basic(User, answer.Text.Trim());
    }

    private Task<Answer> AskAsync(string method, string target, string? login, string? body, params (string Name, string Value)[] headers) =>
        Cozy.With(null).SendAsync(
            method, target, body is null ? null : RestClient.Body(body, "application/xml"), login is null ? headers : [.. headers, ("Authorization", login)]);
}
