using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Security;

/// <summary>A client with a password of its own cannot end the process that its neighbours share.</summary>
public sealed class HostileClientTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Theory]
    [InlineData("<!---->")]
    [InlineData("<?x y?>")]
    [InlineData(" ")]
    public async Task A_body_of_a_hundred_thousand_pieces_that_mean_nothing_is_read_or_refused(string piece)
    {
        var password = (await Fixture.Server.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", Cozy.Domain), ("Name", "test"))).Text.Trim();
        var body = "<d:propfind xmlns:d=\"DAV:\"><d:prop>" + string.Concat(Enumerable.Repeat(piece, 100_000)) + "<d:getetag/></d:prop></d:propfind>";

        var answer = await Cozy.With(null).SendAsync(
            "PROPFIND", "/remote.php/dav/files/cozy/", RestClient.Body(body, "application/xml"), ("Authorization", NextcloudApp.Basic("cozy", password)), ("Depth", "0"));

        Expect.Status(207, answer);
        Expect.Status(200, await Cozy.GetAsync("/files/io.cozy.files.root-dir"));
    }
}
