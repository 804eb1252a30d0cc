using System.Xml.Linq;

namespace RemoteFiles.Tests.Routes;

/// <summary>The drive below a path that a proxy in front takes away from the target, but not from what stands in headers and bodies.</summary>
public sealed class NextcloudFaceSubPathTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Files = "/remote.php/dav/files/cozy";
    private const string Public = "/cloud" + Files;

    private static readonly XNamespace D = "DAV:";

    [Fact]
    public async Task Hrefs_stand_below_the_path()
    {
        await UploadAsync(await MakeDirectoryAsync(), "a b.txt", "hello");

        var answer = await AskAsync("PROPFIND", Files + Folder, null, ("Depth", "1"));

        Expect.Status(207, answer);
        Assert.Equal([$"{Public}{Folder}/", $"{Public}{Folder}/a%20b.txt"], XDocument.Parse(answer.Text).Descendants(D + "response").Select(response => response.Element(D + "href")!.Value));
    }

    [Theory]
    [InlineData("http://" + RouteFixture.Domain + Public)]
    [InlineData(Public)]
    [InlineData(Files)]
    public async Task A_destination_is_understood_with_the_path_and_without(string root)
    {
        await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");

        Expect.Status(201, await AskAsync("MOVE", $"{Files}{Folder}/a.txt", null, ("Destination", $"{root}{Folder}/b.txt")));

        Assert.Equal("hello", (await AskAsync("GET", $"{Files}{Folder}/b.txt", null)).Text);
    }

    [Fact]
    public async Task A_lock_names_its_root_below_the_path()
    {
        await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");
        const string body = """<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>""";

        var answer = await AskAsync("LOCK", $"{Files}{Folder}/a.txt", body);

        Expect.Status(200, answer);
        Assert.Equal($"{Public}{Folder}/a.txt", XDocument.Parse(answer.Text).Descendants(D + "lockroot").Single().Value);
    }

    private async Task<Answer> AskAsync(string method, string target, string? body, params (string Name, string Value)[] headers) =>
        await (await NextcloudApp.ConnectAsync(Fixture)).SendAsync(
            method, target, body is null ? null : RestClient.Body(body, "application/xml"), [.. headers, ("X-Forwarded-Prefix", "/cloud")]);
}
