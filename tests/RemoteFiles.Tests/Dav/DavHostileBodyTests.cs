using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>No body of a request, however it is written, takes the process with it: other tenants live in it too.</summary>
public sealed class DavHostileBodyTests(DavFixture fixture) : DavTest(fixture)
{
    private const int Size = 1_000_000;

    [Theory]
    [InlineData("<!---->", "")]
    [InlineData("<?a?>", "")]
    [InlineData("<a>", "</a>")]
    [InlineData("<a/>", "")]
    [InlineData("<![CDATA[]]>", "")]
    [InlineData(" \n", "")]
    public async Task What_stands_a_hundred_thousand_times_in_a_body_is_answered(string piece, string end)
    {
        var times = Size / (piece.Length + end.Length);
        var flood = string.Concat(Enumerable.Repeat(piece, times)) + string.Concat(Enumerable.Repeat(end, times));
        foreach (var (method, start, stop) in new[]
        {
            ("PROPFIND", "<d:propfind xmlns:d='DAV:'><d:prop>", "</d:prop></d:propfind>"),
            ("PROPPATCH", "<d:propertyupdate xmlns:d='DAV:'><d:set><d:prop><x xmlns='urn:x'>", "</x></d:prop></d:set></d:propertyupdate>"),
            ("REPORT", "<oc:filter-files xmlns:d='DAV:' xmlns:oc='http://owncloud.org/ns'>", "</oc:filter-files>"),
        })
        {
            var answer = await AskAsync(method, Folder, start + flood + stop);

            Assert.InRange(answer.Status, 200, 499);
        }

        Expect.Status(207, await AskAsync("PROPFIND", Folder));
    }
}
