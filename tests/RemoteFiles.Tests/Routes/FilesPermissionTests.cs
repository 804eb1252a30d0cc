using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>Rules on single documents of the drive: an id opens itself and, of a directory, everything below it, and nothing else.</summary>
public sealed class FilesPermissionTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Root = "io.cozy.files.root-dir";
    private const string Trash = "io.cozy.files.trash-dir";
    private static readonly string[] Verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>A request in {top}/sub/file.txt, the verb it needs, and the document that it is about.</summary>
    public static TheoryData<string, string, string, string, string> Routes => new()
    {
        { "GET", "/files/{file}", "", "GET", "{file}" },
        { "GET", "/files/{sub}", "", "GET", "{sub}" },
        { "HEAD", "/files/{file}", "", "GET", "{file}" },
        { "GET", "/files/metadata?Path={path}/sub/file.txt", "", "GET", "{file}" },
        { "GET", "/files/{sub}/relationships/contents", "", "GET", "{sub}" },
        { "GET", "/files/{sub}/size", "", "GET", "{sub}" },
        { "GET", "/files/download/{file}", "", "GET", "{file}" },
        { "HEAD", "/files/download/{file}", "", "GET", "{file}" },
        { "GET", "/files/download?Path={path}/sub/file.txt", "", "GET", "{file}" },
        { "POST", "/files/downloads?Id={file}", "", "GET", "{file}" },
        { "POST", "/files/downloads?Path={path}/sub/file.txt", "", "GET", "{file}" },
        { "GET", "/files/trash", "", "GET", Trash },
        { "POST", "/files/{sub}?Type=directory&Name=new", "", "POST", "{sub}" },
        { "POST", "/files/?Type=directory&Path={path}/sub/new", "", "POST", "{sub}" },
        { "POST", "/files/?Type=directory&Path={path}/sub/new/deep&Recursive=true", "", "POST", "{sub}" },
        { "POST", "/files/?Type=directory&Path={path}/sub&Recursive=true", "", "POST", "{top}" },
        { "POST", "/files/{sub}?Type=file&Name=new", "bytes", "POST", "{sub}" },
        { "POST", "/files/{file}/copy?DirID={sub}", "", "POST", "{sub}" },
        { "PUT", "/files/{file}", "bytes", "PUT", "{file}" },
        { "PATCH", "/files/{file}", """{"data":{"attributes":{"name":"b.txt"}}}""", "PATCH", "{file}" },
        { "PATCH", "/files/{file}", """{"data":{"attributes":{"move_to_trash":true}}}""", "PATCH", "{file}" },
        { "PATCH", "/files/{file}", """{"data":{"attributes":{"permanent_delete":true}}}""", "PATCH", "{file}" },
        { "PATCH", "/files/metadata?Path={path}/sub/file.txt", """{"data":{"attributes":{"name":"b.txt"}}}""", "PATCH", "{file}" },
        { "DELETE", "/files/{file}", "", "PATCH", "{file}" },
        { "POST", "/files/trash/{gone}", "", "PATCH", "{gone}" },
        { "DELETE", "/files/trash/{gone}", "", "DELETE", "{gone}" },
        { "DELETE", "/files/trash", "", "DELETE", Trash },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_route_is_open_to_its_verb_on_the_document_or_a_directory_above_it(string method, string path, string body, string verb, string about)
    {
        var tree = await MakeTreeAsync();
        var inTrash = about is Trash or "{gone}";
        var others = string.Join(',', Verbs.Where(other => other != verb));

        Expect.Status(401, await SendAsync(Cozy.With(null), method, path, body, tree));
        foreach (var scope in new[]
        {
            "io.cozy.accounts",
            $"io.cozy.files:{others}",
            $"io.cozy.files:{others}:{tree.Fill(about)}",
            $"io.cozy.files:{verb}:{(inTrash ? tree.Top : tree.Other)}",
            $"io.cozy.files:{verb}:nobody:name",
        })
        {
            Assert.Equal((scope, 403), (scope, (await SendAsync(await WithAsync(scope), method, path, body, tree)).Status));
        }

        foreach (var scope in new[] { "io.cozy.files:" + verb, $"io.cozy.files:{verb}:{tree.Fill(about)}", $"io.cozy.files:{verb}:x,{(inTrash ? Trash : tree.Top)}", $"io.cozy.files:ALL:{Root}" })
        {
            var fresh = await MakeTreeAsync();
            var mine = scope.Replace(tree.Top, fresh.Top, StringComparison.Ordinal).Replace(tree.Fill(about), fresh.Fill(about), StringComparison.Ordinal);
            Assert.Equal((scope, 2), (scope, (await SendAsync(await WithAsync(mine), method, path, body, fresh)).Status / 100));
        }
    }

    [Theory]
    [InlineData("POST", "/files/_find", """{"selector":{}}""")]
    [InlineData("POST", "/files/_all_docs", """{"keys":[]}""")]
    public async Task A_search_is_for_those_who_may_read_every_file(string method, string path, string body)
    {
        var tree = await MakeTreeAsync();

        Expect.Status(401, await SendAsync(Cozy.With(null), method, path, body, tree));
        foreach (var scope in new[] { "io.cozy.accounts", "io.cozy.files:POST,PUT,PATCH,DELETE", $"io.cozy.files:GET:{tree.Top}", $"io.cozy.files:GET:{Root}", "io.cozy.files:GET:file:type" })
        {
            Assert.Equal((scope, 403), (scope, (await SendAsync(await WithAsync(scope), method, path, body, tree)).Status));
        }

        Expect.Status(200, await SendAsync(await WithAsync("io.cozy.files:GET"), method, path, body, tree));
    }

    [Theory]
    [InlineData("PATCH", "/files/{file}", """{"data":{"attributes":{"dir_id":"{other}"}}}""")]
    [InlineData("PATCH", "/files/{file}", """{"data":{"relationships":{"parent":{"data":{"id":"{other}"}}}}}""")]
    [InlineData("PATCH", "/files/{sub}", """{"data":{"attributes":{"dir_id":"{other}"}}}""")]
    [InlineData("POST", "/files/{file}/copy?DirID={other}", "")]
    [InlineData("POST", "/files/{sub}/copy?DirID={other}", "")]
    public async Task What_moves_or_is_copied_needs_the_permission_at_both_ends(string method, string path, string body)
    {
        var tree = await MakeTreeAsync();

        foreach (var end in new[] { tree.Top, tree.Other })
        {
            Expect.Status(403, await SendAsync(await WithAsync($"io.cozy.files:{method}:{end} io.cozy.files:GET"), method, path, body, tree));
        }

        Assert.Equal(["other.txt"], await DriveNamesAsync(tree.Other));
        Assert.Equal(2, (await SendAsync(await WithAsync($"io.cozy.files:{method}:{tree.Top},{tree.Other}"), method, path, body, tree)).Status / 100);
    }

    [Theory]
    [InlineData("file:type", 200)]
    [InlineData("text/plain:mime", 200)]
    [InlineData("image,text:class", 200)]
    [InlineData("red:tags", 200)]
    [InlineData("file.txt:name", 200)]
    [InlineData("blue:tags", 403)]
    [InlineData("directory:type", 403)]
    [InlineData("file.txt:path", 403)]
    public async Task A_selector_opens_the_files_that_it_describes_and_no_directory(string values, int status)
    {
        var tree = await MakeTreeAsync();
        var client = await WithAsync("io.cozy.files:GET:" + values);

        Expect.Status(status, await client.GetAsync("/files/" + tree.File));
        Expect.Status(status, await client.GetAsync("/files/download/" + tree.File));
        Expect.Status(403, await client.GetAsync("/files/" + tree.Sub));
        Expect.Status(403, await client.GetAsync($"/files/{tree.Sub}/relationships/contents"));
    }

    [Fact]
    public async Task Who_may_read_one_directory_learns_no_name_outside_of_it()
    {
        var tree = await MakeTreeAsync();
        var client = await WithAsync("io.cozy.files:GET:" + tree.Top);

        Expect.NotFound("file does not exist", await client.GetAsync($"/files/metadata?Path={tree.Path}/sub/unknown"));
        Expect.NotFound("file does not exist", await client.GetAsync($"/files/metadata?Path={tree.Path}/not/there"));
        Expect.Status(403, await client.GetAsync("/files/metadata?Path=/unknown"));
        Expect.Status(403, await client.GetAsync("/files/unknown"));
        Expect.Status(403, await client.GetAsync("/files/" + Root));
        Expect.NotFound("file does not exist", await (await WithAsync("io.cozy.files:GET:unknown")).GetAsync("/files/unknown"));
    }

    [Fact]
    public async Task A_file_that_was_moved_away_is_closed_and_one_that_came_is_open()
    {
        var tree = await MakeTreeAsync();
        var client = await WithAsync("io.cozy.files:GET:" + tree.Top);
        var moved = RestClient.JsonBody($$"""{"data":{"attributes":{"dir_id":"{{tree.Other}}"} } }""");

        Expect.Status(200, await client.GetAsync("/files/" + tree.File));
        Expect.Status(200, await Cozy.SendAsync("PATCH", "/files/" + tree.File, moved));
        Expect.Status(403, await client.GetAsync("/files/" + tree.File));
        moved = RestClient.JsonBody($$"""{"data":{"attributes":{"dir_id":"{{tree.Top}}"} } }""");
        Expect.Status(200, await Cozy.SendAsync("PATCH", "/files/" + tree.File, moved));
        Expect.Status(200, await client.GetAsync("/files/" + tree.File));
    }

    private async Task<RestClient> WithAsync(string scope) => Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, scope));

    private static Task<Answer> SendAsync(RestClient client, string method, string path, string body, Tree tree)
    {
        var content = body.Length == 0 ? null : body[0] == '{' ? RestClient.JsonBody(tree.Fill(body)) : RestClient.Body(body);
        return client.SendAsync(method, tree.Fill(path), content);
    }

    /// <summary>{top}/sub/file.txt, {other}/other.txt, and one file in the trash.</summary>
    private async Task<Tree> MakeTreeAsync()
    {
        var name = "t-" + Guid.NewGuid().ToString("N");
        var (top, other) = (await MakeDirectoryAsync(name), await MakeDirectoryAsync(name + " other"));
        var sub = Ids.Of(await Cozy.PostAsync($"/files/{top}?Type=directory&Name=sub"));
        var file = await UploadAsync(sub, "file.txt", "hello", "&Tags=red");
        await UploadAsync(other, "other.txt", "other");
        var gone = await UploadAsync(sub, "gone.txt", "gone");
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + gone));
        return new("/" + name, top, sub, file, other, gone);
    }

    private sealed record Tree(string Path, string Top, string Sub, string File, string Other, string Gone)
    {
        public string Fill(string text) => text
            .Replace("{path}", Path, StringComparison.Ordinal).Replace("{top}", Top, StringComparison.Ordinal).Replace("{sub}", Sub, StringComparison.Ordinal)
            .Replace("{file}", File, StringComparison.Ordinal).Replace("{other}", Other, StringComparison.Ordinal).Replace("{gone}", Gone, StringComparison.Ordinal);
    }
}
