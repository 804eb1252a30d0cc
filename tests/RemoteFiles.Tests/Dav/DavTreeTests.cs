using System.Text;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

public sealed class DavTreeTests(DavFixture fixture) : DavTest(fixture)
{
    [Fact]
    public async Task A_change_is_seen_in_every_folder_above_and_nowhere_else()
    {
        await AskAsync("MKCOL", $"{Folder}/a");
        await AskAsync("MKCOL", $"{Folder}/b");
        await PutAsync($"{Folder}/a/f", "one");
        var before = await ETagsAsync();

        await PutAsync($"{Folder}/a/f", "two");
        var after = await ETagsAsync();

        Assert.Equal([true, true, true, false], before.Zip(after, (one, other) => one != other));
        Assert.Single(after.Take(3).Distinct());
        Assert.Equal(after[2], (await ListAsync(Folder, "<d:getetag/>"))[1].Known.Value);
    }

    [Theory]
    [InlineData("PROPFIND")]
    [InlineData("PROPPATCH")]
    [InlineData("LOCK")]
    public async Task What_changes_no_file_changes_no_etag(string method)
    {
        await PutAsync($"{Folder}/f", "one");
        var before = (await ETagAsync($"{Folder}/f"), await ETagAsync(Folder), await ETagAsync("/"));

        Assert.InRange((await AskAsync(method, $"{Folder}/f", BodyOf(method))).Status, 200, 207);

        Assert.Equal(before, (await ETagAsync($"{Folder}/f"), await ETagAsync(Folder), await ETagAsync("/")));
    }

    [Fact]
    public async Task A_move_keeps_id_and_etag_and_a_copy_has_its_own()
    {
        await AskAsync("MKCOL", $"{Folder}/a");
        await PutAsync($"{Folder}/a/f", "one");
        var before = (await StatAsync($"{Folder}/a/f", "<oc:id/><d:getetag/>")).Value;

        var moved = await MoveAsync("MOVE", $"{Folder}/a", $"{Folder}/b");
        var copied = await MoveAsync("COPY", $"{Folder}/b", $"{Folder}/c");

        Assert.Equal((201, 201), (moved.Status, copied.Status));
        Assert.Equal(before, (await StatAsync($"{Folder}/b/f", "<oc:id/><d:getetag/>")).Value);
        Assert.NotEqual(before, (await StatAsync($"{Folder}/c/f", "<oc:id/><d:getetag/>")).Value);
        Assert.Equal("one", await ReadAsync($"{Folder}/c/f"));
    }

    [Theory]
    [InlineData("MOVE")]
    [InlineData("COPY")]
    public async Task What_is_replaced_lies_in_the_trash(string method)
    {
        await PutAsync($"{Folder}/a", "source");
        await PutAsync($"{Folder}/b", "target");

        Fails(412, "PreconditionFailed", await MoveAsync(method, $"{Folder}/a", $"{Folder}/b", ("Overwrite", "F")));
        Expect.Status(204, await MoveAsync(method, $"{Folder}/a", $"{Folder}/b"));

        Assert.Equal("source", await ReadAsync($"{Folder}/b"));
        var trash = await ListAsync("/remote.php/dav/trashbin/alma/trash", "<nc:trashbin-original-location/>");
        Assert.Contains(trash, item => item.Known.Value == $"{Folder[1..]}/b");
    }

    [Theory]
    [InlineData("MOVE", "", "/x/y", 409)]
    [InlineData("COPY", "", "/x/y", 409)]
    [InlineData("MOVE", "/a", "/a", 403)]
    [InlineData("MOVE", "/a", "/a/b", 409)]
    [InlineData("MOVE", "/missing", "/b", 404)]
    [InlineData("MOVE", "/a/f", "/a", 409)]
    public async Task A_destination_that_cannot_be_is_refused(string method, string from, string to, int status)
    {
        await AskAsync("MKCOL", $"{Folder}/a");
        await PutAsync($"{Folder}/a/f", "x");

        Expect.Status(status, await MoveAsync(method, Folder + from, Folder + to));
        Assert.Equal("x", await ReadAsync($"{Folder}/a/f"));
    }

    [Theory]
    [InlineData("http://elsewhere.example/remote.php/dav/files/alma/x", 502)]
    [InlineData("http://alma.example:8080/remote.php/dav/files/bob/x", 403)]
    [InlineData("/remote.php/dav/files/alma/../bob/x", 400)]
    [InlineData("", 400)]
    public async Task A_destination_elsewhere_is_refused(string destination, int status) =>
        Expect.Status(status, await AskAsync("MOVE", Folder, null, ("Destination", destination)));

    [Fact]
    public async Task Names_are_decoded_once()
    {
        string[] names = ["100%2525", "100%25", "a+b", "a%20b", "%F0%9F%98%80", "%26%27%3B%23%3F%2A%3A%22%3C%3E%7C", "trailing."];
        foreach (var name in names)
        {
            Expect.Status(201, await PutAsync($"{Folder}/{name}", name));
        }

        foreach (var name in names)
        {
            Assert.Equal(name, await ReadAsync($"{Folder}/{name}"));
            Expect.Status(201, await MoveAsync("MOVE", $"{Folder}/{name}", $"{Folder}/moved-{name}"));
            Assert.Equal(name, await ReadAsync($"{Folder}/moved-{name}"));
        }

        Assert.Equal(names.Length + 1, (await ListAsync(Folder, "<d:getetag/>")).Count);
    }

    [Fact]
    public async Task A_decomposed_name_is_the_composed_one_unless_it_is_there_as_it_is()
    {
        var (composed, decomposed) = (Uri.EscapeDataString("é"), Uri.EscapeDataString("é".Normalize(NormalizationForm.FormD)));

        Expect.Status(201, await PutAsync($"{Folder}/{decomposed}", "one"));
        Expect.Status(204, await PutAsync($"{Folder}/{composed}", "two"));

        Assert.Equal("two", await ReadAsync($"{Folder}/{decomposed}"));
        Assert.EndsWith("/%C3%A9", (await ListAsync(Folder, "<d:getetag/>"))[1].Href, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case_makes_another_name()
    {
        await PutAsync($"{Folder}/a", "small");
        await PutAsync($"{Folder}/A", "large");

        Assert.Equal(("small", "large"), (await ReadAsync($"{Folder}/a"), await ReadAsync($"{Folder}/A")));
    }

    [Fact]
    public async Task Deleting_goes_to_the_trash_with_the_same_id_and_the_home_stays()
    {
        await PutAsync($"{Folder}/a", "x");
        var id = (await StatAsync($"{Folder}/a", "<oc:fileid/>")).Value;

        Fails(412, "PreconditionFailed", await AskAsync("DELETE", $"{Folder}/a", null, ("If-Match", "\"other\"")));
        Expect.Status(204, await AskAsync("DELETE", $"{Folder}/a"));

        Fails(404, "NotFound", await AskAsync("DELETE", $"{Folder}/a"));
        Fails(403, "Forbidden", await AskAsync("DELETE", "/"));
        Assert.Contains(await ListAsync("/remote.php/dav/trashbin/alma/trash", "<oc:fileid/>"), item => item.Known.Value == id);
        Expect.Status(404, await AskAsync("PROPFIND", "/.cozy_trash"));
        Expect.Status(404, await AskAsync("DELETE", "/.cozy_trash"));
    }

    [Fact]
    public async Task A_folder_lists_itself_first_and_everything_below_at_infinity()
    {
        await AskAsync("MKCOL", $"{Folder}/a");
        await PutAsync($"{Folder}/a/f", "12345");

        var deep = await ListAsync(Folder, "<oc:size/>", "infinity");

        Assert.Equal([$"{Files}{Folder}/", $"{Files}{Folder}/a/", $"{Files}{Folder}/a/f"], deep.Select(entry => entry.Href));
        Assert.Equal(["5", "5", "5"], deep.Select(entry => entry.Known.Value));
    }

    [Fact]
    public async Task A_folder_is_read_as_an_archive()
    {
        await AskAsync("MKCOL", $"{Folder}/a");
        await PutAsync($"{Folder}/a/f.txt", "hello");
        await PutAsync($"{Folder}/g.txt", "other");

        var whole = await AskAsync("GET", Folder, null, ("Accept", "application/zip"));
        var some = await AskAsync("GET", $"{Folder}?accept=zip&files=%5B%22g.txt%22%5D");

        Assert.Equal((200, 200), (whole.Status, some.Status));
        Assert.Equal("application/zip", whole.ContentType);
        var root = Folder[1..];
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(whole.Body));
        Assert.Equal([$"{root}/", $"{root}/a/", $"{root}/a/f.txt", $"{root}/g.txt"], zip.Entries.Select(entry => entry.FullName));
        using var reader = new StreamReader(zip.GetEntry($"{root}/a/f.txt")!.Open());
        Assert.Equal("hello", reader.ReadToEnd());
        using var other = new System.IO.Compression.ZipArchive(new MemoryStream(some.Body));
        Assert.Equal(["g.txt"], other.Entries.Select(entry => entry.FullName));
    }

    [Theory]
    [InlineData("""["a","g.txt"]""", 200)]
    [InlineData("""["g.txt","missing"]""", 404)]
    [InlineData("""["a/f.txt"]""", 400)]
    [InlineData("[null]", 400)]
    [InlineData("[", 400)]
    public async Task Chosen_children_are_named_without_their_folder_and_come_all_or_not_at_all(string files, int status)
    {
        await AskAsync("MKCOL", $"{Folder}/a");
        await PutAsync($"{Folder}/a/f.txt", "hello");
        await PutAsync($"{Folder}/g.txt", "other");

        var answer = await AskAsync("GET", $"{Folder}?accept=zip&files={Uri.EscapeDataString(files)}");

        Assert.Equal(status, answer.Status);
        if (status == 200)
        {
            using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(answer.Body));
            Assert.Equal(["a/", "a/f.txt", "g.txt"], zip.Entries.Select(entry => entry.FullName));
        }
    }

    private static string? BodyOf(string method) => method switch
    {
        "PROPPATCH" => """<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop><oc:favorite>1</oc:favorite></d:prop></d:set></d:propertyupdate>""",
        "LOCK" => """<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>""",
        _ => null,
    };

    private async Task<IReadOnlyList<string>> ETagsAsync() =>
        [await ETagAsync("/"), await ETagAsync(Folder), await ETagAsync($"{Folder}/a"), await ETagAsync($"{Folder}/b")];
}
