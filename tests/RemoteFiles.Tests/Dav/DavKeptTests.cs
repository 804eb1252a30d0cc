using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>Versions, the trash, and many files at once.</summary>
public sealed class DavKeptTests(DavFixture fixture) : DavTest(fixture)
{
    private const string Trash = "/remote.php/dav/trashbin/alma/trash";

    [Fact]
    public async Task Every_overwrite_keeps_a_version_that_can_be_read_and_restored()
    {
        await PutAsync($"{Folder}/f", "one", ("X-OC-Mtime", "1600000000"));
        await PutAsync($"{Folder}/f", "two!", ("X-OC-Mtime", "1600000001"));
        var (root, etag) = (await VersionsOfAsync($"{Folder}/f"), await ETagAsync($"{Folder}/f"));

        var versions = (await ListAsync(root, "<d:getcontentlength/>")).Skip(1).ToList();
        Assert.Equal(["4", "3"], versions.Select(version => version.Known.Value));
        Assert.Equal("one", await ReadAsync(versions[1].Href));
        Expect.Status(201, await MoveAsync("MOVE", versions[1].Href, "/remote.php/dav/versions/alma/restore/x"));

        Assert.Equal("one", await ReadAsync($"{Folder}/f"));
        Assert.NotEqual(etag, await ETagAsync($"{Folder}/f"));
        var after = (await ListAsync(root, "<d:getcontentlength/>")).Skip(1).ToList();
        Assert.Equal(["3", "4"], after.Select(version => version.Known.Value));
        Expect.Status(204, await AskAsync("DELETE", after[1].Href));
        Expect.Status(403, await AskAsync("DELETE", after[0].Href));
        Assert.Equal(2, (await ListAsync(root, "<d:getetag/>")).Count);
        Expect.Status(404, await AskAsync("PROPFIND", "/remote.php/dav/versions/alma/versions/999999"));
    }

    [Fact]
    public async Task An_overwrite_through_another_door_and_one_with_nothing_keep_a_version_too()
    {
        var cozy = Fixture.Client.With(await Fixture.Server.TokenAsync(DavFixture.Domain, "io.cozy.files"));
        await PutAsync($"{Folder}/f", "one", ("X-OC-Mtime", "1600000000"));
        var id = Ids.Of(await cozy.GetAsync($"/files/metadata?Path={Folder}/f"));

        Expect.Status(200, await cozy.PutAsync($"/files/{id}", RestClient.Body("three")));
        Expect.Status(204, await PutAsync($"{Folder}/f", ""));

        var versions = (await ListAsync(await VersionsOfAsync($"{Folder}/f"), "<d:getcontentlength/>")).Skip(1).ToList();
        Assert.Equal(["0", "5", "3"], versions.Select(version => version.Known.Value));
        Assert.Equal(("three", "one"), (await ReadAsync(versions[1].Href), await ReadAsync(versions[2].Href)));
    }

    [Fact]
    public async Task Versions_are_bounded_and_go_with_their_file()
    {
        for (var i = 0; i < 25; i++)
        {
            await PutAsync($"{Folder}/f", $"{i}");
        }

        var root = await VersionsOfAsync($"{Folder}/f");
        Assert.Equal(1 + 1 + 20, (await ListAsync(root, "<d:getetag/>")).Count);
        await AskAsync("DELETE", $"{Folder}/f", null, ("X-NC-Skip-Trashbin", "true"));
        Expect.Status(404, await AskAsync("PROPFIND", root));
    }

    [Fact]
    public async Task What_was_deleted_is_listed_read_and_restored_with_its_id()
    {
        await AskAsync("MKCOL", $"{Folder}/d");
        await PutAsync($"{Folder}/d/f.txt", "hello");
        var id = (await StatAsync($"{Folder}/d", "<oc:fileid/>")).Value;
        await AskAsync("DELETE", $"{Folder}/d");

        var item = await TrashedAsync("d");
        Assert.Equal((id, "5", "GD"), (item.Known.Element(Oc + "fileid")!.Value, item.Known.Element(Oc + "size")!.Value, item.Known.Element(Oc + "permissions")!.Value));
        Assert.Equal("hello", await ReadAsync($"{item.Href}f.txt"));
        Assert.Equal(2, (await ListAsync(item.Href, "<d:getetag/>")).Count);
        Expect.Status(201, await MoveAsync("MOVE", item.Href, "/remote.php/dav/trashbin/alma/restore/x", ("Overwrite", "F")));
        Assert.Equal(id, (await StatAsync($"{Folder}/d", "<oc:fileid/>")).Value);
        Assert.Equal("hello", await ReadAsync($"{Folder}/d/f.txt"));
        Expect.Status(404, await MoveAsync("MOVE", item.Href, "/remote.php/dav/trashbin/alma/restore/x"));
    }

    [Fact]
    public async Task Two_of_one_name_are_two_items_and_a_taken_name_is_not_taken_over()
    {
        foreach (var text in new[] { "one", "two" })
        {
            await PutAsync($"{Folder}/f", text);
            await AskAsync("DELETE", $"{Folder}/f");
        }

        await PutAsync($"{Folder}/f", "three");
        var items = (await ListAsync(Trash, "<nc:trashbin-original-location/>")).Where(item => item.Known.Value == $"{Folder[1..]}/f").ToList();
        Assert.Equal(2, items.DistinctBy(item => item.Href).Count());
        Expect.Status(201, await MoveAsync("MOVE", items[0].Href, "/remote.php/dav/trashbin/alma/restore/x"));
        Expect.Status(204, await AskAsync("DELETE", items[1].Href));

        Assert.Equal("three", await ReadAsync($"{Folder}/f"));
        Assert.Equal(3, (await ListAsync(Folder, "<d:getetag/>")).Count);
        Expect.Status(404, await AskAsync("GET", items[1].Href));
    }

    [Fact]
    public async Task Many_files_are_stored_by_one_request_each_for_itself()
    {
        var etag = (await PutAsync($"{Folder}/c", "old")).Header("ETag")!;
        var answer = await BulkAsync(
            ($"{Folder}/a b.txt", "hello", "X-File-MD5: 5d41402abc4b2a76b9719d911017c592\r\nX-File-Mtime: 1600000000"),
            ($"{Folder}/missing/x", "x", ""),
            ($"{Folder}/empty", "", "X-File-MD5: d41d8cd98f00b204e9800998ecf8427e"),
            ($"{Folder}/c", "new", $"If-Match: {etag}"),
            ($"{Folder}/c", "newer", $"If-Match: {etag}"));

        Expect.Status(200, answer);
        var files = JsonNode.Parse(answer.Text)!;
        Assert.False((bool)files[$"{Folder}/a b.txt"]!["error"]!);
        Assert.Equal((await ETagAsync($"{Folder}/a%20b.txt")).Trim('"'), (string)files[$"{Folder}/a b.txt"]!["etag"]!);
        Assert.True((bool)files[$"{Folder}/missing/x"]!["error"]!);
        Assert.True((bool)files[$"{Folder}/c"]!["error"]!);
        Assert.Equal(("hello", "new", ""), (await ReadAsync($"{Folder}/a%20b.txt"), await ReadAsync($"{Folder}/c"), await ReadAsync($"{Folder}/empty")));
    }

    [Fact]
    public async Task A_wrong_checksum_ends_a_request_of_many_files_and_tells_those_before()
    {
        var answer = await BulkAsync(
            ($"{Folder}/a", "hello", ""),
            ($"{Folder}/b", "hello", "X-File-MD5: 00000000000000000000000000000000"),
            ($"{Folder}/c", "hello", ""));

        Expect.Status(400, answer);
        Assert.Equal([$"{Folder}/a"], JsonNode.Parse(answer.Text)!.AsObject().Select(file => file.Key));
        Expect.Status(404, await AskAsync("GET", $"{Folder}/b"));
    }

    private async Task<string> VersionsOfAsync(string path) =>
        "/remote.php/dav/versions/alma/versions/" + (await StatAsync(path, "<oc:fileid/>")).Value + "/";

    private async Task<(string Href, XElement Known)> TrashedAsync(string name) => (await ListAsync(
        Trash, "<nc:trashbin-filename/><nc:trashbin-original-location/><nc:trashbin-deletion-time/><oc:fileid/><oc:size/><oc:permissions/>"))
        .Single(item => item.Known.Element(Nc + "trashbin-original-location")?.Value == $"{Folder[1..]}/{name}");

    private Task<Answer> BulkAsync(params (string Path, string Text, string Headers)[] files)
    {
        var body = new StringBuilder();
        foreach (var (path, text, headers) in files)
        {
            body.Append($"--B\r\nContent-Length: {text.Length}\r\nX-File-Path: {path}\r\n{(headers.Length > 0 ? headers + "\r\n" : "")}\r\n{text}\r\n");
        }

        var content = RestClient.Body(body.Append("--B--\r\n").ToString(), "multipart/related; boundary=\"B\"");
        return Fixture.Client.SendAsync("POST", "/remote.php/dav/bulk", content, ("Authorization", Fixture.Login));
    }
}
