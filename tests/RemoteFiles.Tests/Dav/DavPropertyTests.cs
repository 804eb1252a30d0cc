using System.Xml.Linq;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

public sealed class DavPropertyTests(DavFixture fixture) : DavTest(fixture)
{
    [Fact]
    public async Task A_favourite_is_found_wherever_it_moves()
    {
        await PutAsync($"{Folder}/a", "x");
        await PatchAsync($"{Folder}/a", "<oc:favorite>1</oc:favorite>");
        await MoveAsync("MOVE", $"{Folder}/a", $"{Folder}/b");

        var answer = await AskAsync("REPORT", Folder, """
            <oc:filter-files xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:favorite/></d:prop>
            <oc:filter-rules><oc:favorite>1</oc:favorite></oc:filter-rules></oc:filter-files>
            """);

        var (href, known) = Assert.Single(Read(answer));
        Assert.Equal(($"{Files}{Folder}/b", "1"), (href, known.Value));
        await PatchAsync($"{Folder}/b", "<oc:favorite>0</oc:favorite>");
        Assert.Equal("0", (await StatAsync($"{Folder}/b", "<oc:favorite/>")).Value);
    }

    [Fact]
    public async Task A_time_is_set_and_is_a_change()
    {
        await PutAsync($"{Folder}/a", "x");
        var before = await ETagAsync($"{Folder}/a");

        await PatchAsync($"{Folder}/a", "<d:lastmodified>1600000000</d:lastmodified>");

        Assert.Equal("Sun, 13 Sep 2020 12:26:40 GMT", (await StatAsync($"{Folder}/a", "<d:getlastmodified/>")).Value);
        Assert.NotEqual(before, await ETagAsync($"{Folder}/a"));
    }

    [Fact]
    public async Task One_refused_property_refuses_all()
    {
        await PutAsync($"{Folder}/a", "x");

        var answer = await SetAsync($"{Folder}/a", "<oc:favorite>1</oc:favorite><d:getetag>x</d:getetag>");

        var stats = XDocument.Parse(answer.Text).Descendants(D + "propstat").Select(stat => (stat.Element(D + "prop")!.Elements().Single().Name.LocalName, stat.Element(D + "status")!.Value));
        Assert.Equal([("getetag", "HTTP/1.1 403 Forbidden"), ("favorite", "HTTP/1.1 424 Failed Dependency")], stats);
        Assert.Equal("0", (await StatAsync($"{Folder}/a", "<oc:favorite/>")).Value);
    }

    [Fact]
    public async Task An_unknown_property_is_kept_copied_and_removed()
    {
        await AskAsync("MKCOL", $"{Folder}/d");
        await PutAsync($"{Folder}/d/a", "x");
        await PatchAsync($"{Folder}/d/a", """<x:color xmlns:x="urn:x"><x:red deep="1"/>&amp;</x:color>""");
        await MoveAsync("COPY", $"{Folder}/d", $"{Folder}/e");

        var copy = await StatAsync($"{Folder}/e/a", """<y:color xmlns:y="urn:x"/>""");
        XNamespace x = "urn:x";
        Assert.Equal(("1", "&"), (copy.Element(x + "color")!.Element(x + "red")!.Attribute("deep")!.Value, copy.Value));

        var remove = """<d:propertyupdate xmlns:d="DAV:"><d:remove><d:prop><color xmlns="urn:x"/></d:prop></d:remove></d:propertyupdate>""";
        Expect.Status(207, await AskAsync("PROPPATCH", $"{Folder}/e/a", remove));
        Assert.Null((await StatAsync($"{Folder}/e/a", """<y:color xmlns:y="urn:x"/><d:getetag/>""")).Element(x + "color"));
    }

    [Theory]
    [InlineData("<d:propfind")]
    [InlineData("""<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><d:propfind xmlns:d="DAV:"><d:prop>&e;</d:prop></d:propfind>""")]
    [InlineData("<other/>")]
    public async Task A_body_that_is_no_question_is_400(string body) => Fails(400, "BadRequest", await AskAsync("PROPFIND", Folder, body, ("Depth", "0")));

    [Fact]
    public async Task An_unknown_property_is_told_apart_unless_the_client_wants_little()
    {
        var usual = await AskAsync("PROPFIND", Folder, Question("<d:getetag/><nc:nothing/>"), ("Depth", "0"));
        var minimal = await AskAsync("PROPFIND", Folder, Question("<d:getetag/><nc:nothing/>"), ("Depth", "0"), ("Prefer", "return=minimal"));

        Assert.Equal(["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"], XDocument.Parse(usual.Text).Descendants(D + "status").Select(status => status.Value));
        Assert.Equal(["HTTP/1.1 200 OK"], XDocument.Parse(minimal.Text).Descendants(D + "status").Select(status => status.Value));
        Assert.Equal("application/xml; charset=utf-8", usual.ContentType);
        Assert.Contains("<d:multistatus xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\" xmlns:oc=\"http://owncloud.org/ns\" xmlns:nc=\"http://nextcloud.org/ns\">", usual.Text);
        Assert.Contains("<oc:", (await AskAsync("PROPFIND", Folder, Question("<oc:size/>"), ("Depth", "0"))).Text);
    }

    [Fact]
    public async Task A_search_finds_names_kinds_and_numbers()
    {
        await PutAsync($"{Folder}/holiday.jpg", "x");
        await PutAsync($"{Folder}/notes.txt", "x");
        var id = (await StatAsync($"{Folder}/notes.txt", "<oc:fileid/>")).Value;

        Assert.Equal([$"{Files}{Folder}/holiday.jpg"], await SearchAsync("<d:like><d:prop><d:getcontenttype/></d:prop><d:literal>image/%</d:literal></d:like>"));
        Assert.Equal([$"{Files}{Folder}/notes.txt"], await SearchAsync("<d:like><d:prop><d:displayname/></d:prop><d:literal>%NOTE%</d:literal></d:like>"));
        Assert.Equal([$"{Files}{Folder}/notes.txt"], await SearchAsync($"<d:eq><d:prop><oc:fileid/></d:prop><d:literal>{id}</d:literal></d:eq>"));
        Fails(400, "BadRequest", await AskSearchAsync("<d:eq><d:prop><d:nothing/></d:prop><d:literal>1</d:literal></d:eq>"));
    }

    [Fact]
    public async Task A_search_for_ids_finds_those_below_its_scope_that_are_there()
    {
        string[] paths = [$"{Folder}/a.txt", $"{Folder}/b.txt", $"{Folder}/deleted.txt", "/beside.txt"];
        var conditions = "<d:eq><d:prop><oc:fileid/></d:prop><d:literal>999999999</d:literal></d:eq>";
        foreach (var path in paths)
        {
            await PutAsync(path, "x");
            conditions += $"<d:eq><d:prop><oc:fileid/></d:prop><d:literal>{(await StatAsync(path, "<oc:fileid/>")).Value}</d:literal></d:eq>";
        }

        Expect.Status(204, await AskAsync("DELETE", paths[2]));

        Assert.Equal([$"{Files}{Folder}/a.txt", $"{Files}{Folder}/b.txt"], await SearchAsync($"<d:or>{conditions}</d:or>"));
    }

    private async Task<IEnumerable<string>> SearchAsync(string where)
    {
        var answer = await AskSearchAsync(where);
        Expect.Status(207, answer);
        return Read(answer).Select(entry => entry.Href);
    }

    private Task<Answer> AskSearchAsync(string where) => AskAsync("SEARCH", "/remote.php/dav/", $"""
        <d:searchrequest xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:basicsearch><d:select><d:prop><oc:fileid/></d:prop></d:select>
        <d:from><d:scope><d:href>/files/alma{Folder}</d:href><d:depth>infinity</d:depth></d:scope></d:from><d:where>{where}</d:where></d:basicsearch></d:searchrequest>
        """);

    private async Task PatchAsync(string path, string properties)
    {
        var answer = await SetAsync(path, properties);
        Expect.Status(207, answer);
        Assert.Equal("HTTP/1.1 200 OK", XDocument.Parse(answer.Text).Descendants(D + "status").Single().Value);
    }

    private Task<Answer> SetAsync(string path, string properties) => AskAsync(
        "PROPPATCH", path, $"""<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop>{properties}</d:prop></d:set></d:propertyupdate>""");
}
