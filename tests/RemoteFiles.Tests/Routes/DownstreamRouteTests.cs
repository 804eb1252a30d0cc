using System.Security.Cryptography;
using System.Text;
using StandIn;

namespace RemoteFiles.Tests.Routes;

/// <summary>POST /remote/nextcloud/:account/downstream/*path?To=: from the Nextcloud to the Cozy.</summary>
public sealed class DownstreamRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Hello = "hello world";

    [Fact]
    public async Task The_new_file_is_answered_whole()
    {
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync(Folder + "/sunset.jpg", Hello, LongAgo);

        var answer = await Cozy.PostAsync(Target("/sunset.jpg", "downstream") + "?To=" + directory);

        Expect.Status(201, answer);
        Expect.Json(201, Expect.JsonApi, FileDocument(answer, directory, "sunset.jpg", "image/jpeg", "image"), answer);
    }

    [Fact]
    public async Task The_file_in_the_drive_has_the_same_bytes_and_time()
    {
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync(Folder + "/note.txt", Hello, LongAgo);

        var id = Ids.Of(await Cozy.PostAsync(Target("/note.txt", "downstream") + "?To=" + directory));

        var attributes = Ids.Attributes(await Cozy.GetAsync("/files/" + id));
        Assert.Equal("2019-01-01T00:00:00Z", (string)attributes["updated_at"]!);
        Assert.Equal("XrY7u+Ae7tCTyyK7j1rNww==", (string)attributes["md5sum"]!);
        Assert.Equal("11", (string)attributes["size"]!);
        Assert.Equal("text/plain", (string)attributes["mime"]!);
        Assert.Equal(Hello, (await Cozy.GetAsync("/files/download/" + id)).Text);
    }

    [Fact]
    public async Task A_move_puts_the_source_into_the_trash()
    {
        // A name of its own: a Nextcloud keeps one of two equal names that are deleted within the same second.
        var name = Folder + ".txt";
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync(Folder + name, Hello);

        Expect.Status(201, await Cozy.PostAsync(Target(name, "downstream") + "?To=" + directory));

        Assert.Empty(await Nextcloud.NamesAsync(Folder));
        Assert.Equal("11", (await Nextcloud.TrashedAsync(Folder + name)).Size);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("t")]
    [InlineData("T")]
    [InlineData("TRUE")]
    [InlineData("true")]
    [InlineData("True")]
    public async Task A_copy_keeps_the_source(string copy)
    {
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);

        Expect.Status(201, await Cozy.PostAsync(Target("/a.txt", "downstream") + $"?To={directory}&Copy={copy}"));

        Assert.Equal(["a.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [InlineData("false")]
    [InlineData("yes")]
    [InlineData("")]
    public async Task Any_other_value_of_Copy_moves(string copy)
    {
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);

        Expect.Status(201, await Cozy.PostAsync(Target("/a.txt", "downstream") + $"?To={directory}&Copy={copy}"));

        Assert.Empty(await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [InlineData("note.txt", "note (2).txt")]
    [InlineData("note (7).txt", "note (8).txt")]
    [InlineData("note (x).txt", "note (x) (2).txt")]
    [InlineData("README", "README (2)")]
    [InlineData("a.tar.gz", "a.tar (2).gz")]
    public async Task A_taken_name_gets_a_number(string name, string free)
    {
        var directory = await MakeDirectoryAsync();
        await UploadAsync(directory, name, "another file");
        await Nextcloud.PutAsync($"{Folder}/{name}", Hello);

        var answer = await Cozy.PostAsync(Target("/" + name, "downstream") + $"?To={directory}&Copy=true");

        Expect.Status(201, answer);
        Assert.Equal(free, (string)Ids.Attributes(answer)["name"]!);
        Assert.Equal(new[] { free, name }.Order(StringComparer.Ordinal), await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task The_first_free_number_is_taken()
    {
        var directory = await MakeDirectoryAsync();
        await UploadAsync(directory, "note.txt", "another file");
        await UploadAsync(directory, "note (2).txt", "another file");
        await Nextcloud.PutAsync(Folder + "/note.txt", Hello);

        var answer = await Cozy.PostAsync(Target("/note.txt", "downstream") + $"?To={directory}");

        Assert.Equal("note (3).txt", (string)Ids.Attributes(answer)["name"]!);
    }

    [Fact]
    public async Task With_FailOnConflict_a_taken_name_is_409_and_the_source_stays()
    {
        var directory = await MakeDirectoryAsync();
        var there = await UploadAsync(directory, "a.txt", "another file");
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);

        Expect.Conflict(
            "Conflict access to same file or directory", await Cozy.PostAsync(Target("/a.txt", "downstream") + $"?To={directory}&FailOnConflict=true"));

        Assert.Equal(["a.txt"], await DriveNamesAsync(directory));
        Assert.Equal("another file", (await Cozy.GetAsync("/files/download/" + there)).Text);
        Assert.Equal(Hello, await Nextcloud.ReadAsync(Folder + "/a.txt"));
    }

    [Fact]
    public async Task With_FailOnConflict_a_directory_of_the_name_is_in_the_way_too()
    {
        var directory = await MakeDirectoryAsync();
        Expect.Status(201, await Cozy.PostAsync($"/files/{directory}?Type=directory&Name=a.txt"));
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);

        Expect.Conflict(
            "Conflict access to same file or directory", await Cozy.PostAsync(Target("/a.txt", "downstream") + $"?To={directory}&FailOnConflict=1"));
    }

    [Fact]
    public async Task A_folder_is_refused_and_not_deleted()
    {
        var directory = await MakeDirectoryAsync();
        await Nextcloud.MakeFolderAsync(Folder + "/sub");
        await Nextcloud.PutAsync(Folder + "/sub/file.txt", Hello);

        Expect.NotFound("file/directory not found", await Cozy.PostAsync(Target("/sub", "downstream") + "?To=" + directory));
        Expect.NotFound("file/directory not found", await Cozy.PostAsync(Target("/sub", "downstream") + $"?To={directory}&FailOnConflict=true"));

        Assert.Equal(Hello, await Nextcloud.ReadAsync(Folder + "/sub/file.txt"));
        Assert.Empty(await DriveNamesAsync(directory));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?To=")]
    [InlineData("?Copy=true")]
    public async Task Without_To_it_is_400(string query)
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);

        Expect.BadRequest("missing To parameter", await Cozy.PostAsync(Target("/a.txt", "downstream") + query), "To");
    }

    [Fact]
    public async Task An_unknown_directory_is_404()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);

        Expect.NotFound("Parent directory with given DirID does not exist", await Cozy.PostAsync(Target("/a.txt", "downstream") + "?To=unknown"));

        Assert.Equal(["a.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task A_file_is_no_directory_to_put_into()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "file.txt", "x");
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);

        Expect.NotFound("Parent directory with given DirID does not exist", await Cozy.PostAsync(Target("/a.txt", "downstream") + "?To=" + file));
    }

    [Fact]
    public async Task A_missing_file_is_404()
    {
        var directory = await MakeDirectoryAsync();

        Expect.NotFound("file/directory not found", await Cozy.PostAsync(Target("/missing.txt", "downstream") + "?To=" + directory));
        Expect.NotFound("file/directory not found", await Cozy.PostAsync(Target("/missing.txt", "downstream") + $"?To={directory}&FailOnConflict=true"));

        Assert.Empty(await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task The_root_of_the_drive_is_a_directory_too()
    {
        await Nextcloud.PutAsync(Folder + "/" + Folder[1..] + ".txt", Hello);

        var answer = await Cozy.PostAsync(Target(Folder + ".txt", "downstream") + "?To=io.cozy.files.root-dir");

        Expect.Status(201, answer);
        Assert.Equal("io.cozy.files.root-dir", (string)Ids.Attributes(answer)["dir_id"]!);
    }

    [Fact]
    public async Task A_token_of_an_app_is_named_in_the_metadata()
    {
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);
        var app = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "", "app", "settings"));

        var answer = await app.PostAsync(Target("/a.txt", "downstream") + $"?To={directory}&Copy=true&FailOnConflict=true");

        Expect.Status(201, answer);
        var metadata = Ids.Attributes(answer)["cozyMetadata"]!;
        Assert.Equal("settings", (string)metadata["createdByApp"]!);
        Assert.Equal("settings", (string)metadata["uploadedBy"]!["slug"]!);
        var updated = Assert.Single(metadata["updatedByApps"]!.AsArray())!;
        Assert.Equal(("settings", $"https://{Cozy.Domain}/"), ((string)updated["slug"]!, (string)updated["instance"]!));
    }

    [Fact]
    public async Task A_full_drive_is_413_and_the_source_stays()
    {
        var small = await Fixture.AddInstanceAsync($"small-{Folder[1..]}.example", quota: 10);
        var account = await RouteFixture.AddAccountAsync(small, Nextcloud.Url.ToString(), Nextcloud.Login, Nextcloud.Password);
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);

        var answer = await small.PostAsync($"/remote/nextcloud/{account}/downstream{Folder}/a.txt?To=io.cozy.files.root-dir");

        Expect.Error(413, "Request Entity Too Large", "The file is too big and exceeds the disk quota", answer);
        Assert.Equal(["a.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task A_move_whose_source_cannot_go_takes_the_copy_back_and_says_so()
    {
        var standIn = Nextcloud.StandIn("the real Nextcloud has no folder that is shared read-only");
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);
        standIn.Tree.AddFolder(Folder).ReadOnly = true;

        var answer = await Cozy.PostAsync(Target("/a.txt", "downstream") + "?To=" + directory);
        standIn.Tree.AddFolder(Folder).ReadOnly = false;

        Expect.Error(403, "Forbidden", $"{Nextcloud.Url.Authority} does not allow this: Permission denied to delete", answer);
        Assert.Empty(await DriveNamesAsync(directory));
        Assert.Equal(Hello, await Nextcloud.ReadAsync(Folder + "/a.txt"));
    }

    [Fact]
    public async Task A_file_that_changes_before_it_can_go_stays()
    {
        var standIn = Nextcloud.StandIn("only the stand-in can be told to change a file at the right moment");
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync(Folder + "/a.txt", Hello);
        var changed = standIn.Next(request => request.Is("DELETE", "a.txt"), Misbehave.After(() => standIn.Tree.AddFile(Folder + "/a.txt", "changed"u8)));

        var answer = await Cozy.PostAsync(Target("/a.txt", "downstream") + "?To=" + directory);

        Assert.Equal(1, changed.Times);
        Expect.Error(412, "Precondition Failed", "it has changed since", answer);
        Assert.Equal("changed", await Nextcloud.ReadAsync(Folder + "/a.txt"));
        Assert.Empty(await DriveNamesAsync(directory));
    }

    private string FileDocument(Answer answer, string directory, string name, string mime, string kind)
    {
        var data = Ids.Data(answer);
        var id = (string)data["id"]!;
        var (rev, stored) = ((string)data["meta"]!["rev"]!, (string)data["attributes"]!["cozyMetadata"]!["uploadedAt"]!);
        Assert.Matches("^[0-9a-f-]{32,36}$", id);
        Assert.Matches("^1-[0-9a-f]{32}$", rev);
        Assert.Matches(@"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", stored);
        return $$"""
            {"data":{"type":"io.cozy.files","id":"{{id}}",
              "attributes":{"type":"file","name":"{{name}}","dir_id":"{{directory}}",
                "created_at":"2019-01-01T00:00:00Z","updated_at":"2019-01-01T00:00:00Z",
                "size":"11","md5sum":"{{Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(Hello)))}}","mime":"{{mime}}","class":"{{kind}}",
                "executable":false,"trashed":false,"encrypted":false,
                "cozyMetadata":{"doctypeVersion":"1","metadataVersion":1,"createdAt":"2019-01-01T00:00:00Z","createdOn":"https://{{Cozy.Domain}}/",
                  "updatedAt":"{{stored}}","uploadedAt":"{{stored}}","uploadedOn":"https://{{Cozy.Domain}}/","sourceAccount":"{{Fixture.Account}}"} },
              "meta":{"rev":"{{rev}}"},"links":{"self":"/files/{{id}}"},
              "relationships":{
                "parent":{"links":{"related":"/files/{{directory}}"},"data":{"id":"{{directory}}","type":"io.cozy.files"} },
                "referenced_by":{"links":{"self":"/files/{{id}}/relationships/references"},"data":null} } } }
            """;
    }
}
