using System.Text.Json.Nodes;
using StandIn;

namespace RemoteFiles.Tests.Routes;

/// <summary>POST /remote/nextcloud/:account/upstream/*path?From=: from the Cozy to the Nextcloud.</summary>
public sealed class UpstreamRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_copy_keeps_the_file_its_bytes_and_its_time()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "note.txt", "hello", "&CreatedAt=2019-01-01T00:00:00Z&UpdatedAt=2019-01-01T00:00:00Z");

        Expect.NoContent(await Cozy.PostAsync(Target("/other.txt", "upstream") + $"?From={file}&Copy=true"));

        Assert.Equal("hello", await Nextcloud.ReadAsync(Folder + "/other.txt"));
        Assert.Equal("Tue, 01 Jan 2019 00:00:00 GMT", (await Nextcloud.StatAsync(Folder + "/other.txt")).Modified);
        Assert.Equal(["note.txt"], await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task A_move_puts_the_file_into_the_trash_of_the_Cozy()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "note.txt", "hello");

        Expect.NoContent(await Cozy.PostAsync(Target("/note.txt", "upstream") + "?From=" + file));

        Assert.Equal("hello", await Nextcloud.ReadAsync(Folder + "/note.txt"));
        Assert.Empty(await DriveNamesAsync(directory));
        var attributes = Ids.Attributes(await Cozy.GetAsync("/files/" + file));
        Assert.Equal((true, "io.cozy.files.trash-dir"), ((bool)attributes["trashed"]!, (string)attributes["dir_id"]!));
    }

    [Fact]
    public async Task A_file_in_the_trash_does_not_go_and_stays()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "note.txt", "hello");
        Expect.NoContent(await Cozy.PostAsync(Target("/first.txt", "upstream") + "?From=" + file));

        Expect.NotFound("file does not exist", await Cozy.PostAsync(Target("/second.txt", "upstream") + "?From=" + file));

        Expect.Status(200, await Cozy.GetAsync("/files/" + file));
    }

    [Fact]
    public async Task An_empty_file_goes_too()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "empty.txt", "");

        Expect.NoContent(await Cozy.PostAsync(Target("/empty.txt", "upstream") + "?From=" + file));

        Assert.Equal("0", (await Nextcloud.StatAsync(Folder + "/empty.txt")).Size);
    }

    [Fact]
    public async Task A_taken_name_is_409_and_nothing_changes()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "note.txt", "new");
        await Nextcloud.PutAsync(Folder + "/note.txt", "old");
        await Nextcloud.MakeFolderAsync(Folder + "/folder");

        Expect.Conflict("Conflict access to same file or directory", await Cozy.PostAsync(Target("/note.txt", "upstream") + "?From=" + file));
        Expect.Conflict("Conflict access to same file or directory", await Cozy.PostAsync(Target("/folder", "upstream") + "?From=" + file));

        Assert.Equal("old", await Nextcloud.ReadAsync(Folder + "/note.txt"));
        Assert.Equal(["note.txt"], await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task A_name_that_is_taken_meanwhile_is_409_too()
    {
        var standIn = Nextcloud.StandIn("only the stand-in can be told to store a file at the right moment");
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "note.txt", "new");
        var faster = standIn.Next(request => request.Is("PUT", "note.txt"), Misbehave.After(() => standIn.Tree.AddFile(Folder + "/note.txt", "faster"u8)));

        Expect.Conflict("it already exists", await Cozy.PostAsync(Target("/note.txt", "upstream") + "?From=" + file));

        Assert.Equal(1, faster.Times);
        Assert.Equal("faster", await Nextcloud.ReadAsync(Folder + "/note.txt"));
        Assert.Equal(["note.txt"], await DriveNamesAsync(directory));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?From=")]
    public async Task Without_From_it_is_400(string query) =>
        Expect.BadRequest("missing From parameter", await Cozy.PostAsync(Target("/note.txt", "upstream") + query), "From");

    [Fact]
    public async Task An_unknown_file_is_404()
    {
        Expect.NotFound("file does not exist", await Cozy.PostAsync(Target("/note.txt", "upstream") + "?From=unknown"));

        Assert.Empty(await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task A_directory_is_404_and_stays()
    {
        var directory = await MakeDirectoryAsync();

        Expect.NotFound("file does not exist", await Cozy.PostAsync(Target("/note.txt", "upstream") + "?From=" + directory));

        Expect.Status(200, await Cozy.GetAsync("/files/" + directory));
        Assert.Empty(await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task A_missing_folder_is_404_and_the_file_stays()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "note.txt", "hello");

        Expect.NotFound("parent directory does not exist", await Cozy.PostAsync(Target("/missing/note.txt", "upstream") + "?From=" + file));

        Assert.Equal(["note.txt"], await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task A_folder_without_the_right_to_write_is_403_and_the_file_stays()
    {
        var standIn = Nextcloud.StandIn("the real Nextcloud has no folder that is shared read-only");
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "note.txt", "hello");
        standIn.Tree.AddFolder(Folder).ReadOnly = true;

        var answer = await Cozy.PostAsync(Target("/note.txt", "upstream") + "?From=" + file);
        standIn.Tree.AddFolder(Folder).ReadOnly = false;

        Expect.Error(403, "Forbidden", $"{Nextcloud.Url.Authority} does not allow this: Permission denied to create file", answer);
        Assert.Equal(["note.txt"], await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task A_Nextcloud_that_stores_fewer_bytes_is_found_out_and_the_file_stays()
    {
        var standIn = Nextcloud.StandIn("only the stand-in can be told to lose bytes");
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "note.txt", "hello");
        var shorter = standIn.Next(request => request.Is("PUT", "note.txt"), async (context, _) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            var stored = standIn.Tree.AddFile(Folder + "/note.txt", ""u8);
            await SabreAnswer.DoneAsync(context, 201, stored);
        });

        var answer = await Cozy.PostAsync(Target("/note.txt", "upstream") + "?From=" + file);

        Assert.Equal(1, shorter.Times);
        Expect.BadGateway(Nextcloud.Url.Authority, answer);
        Assert.Equal(["note.txt"], await DriveNamesAsync(directory));
        Assert.Empty(await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task What_went_up_comes_down_the_same()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "note.txt", "hello", "&UpdatedAt=2019-01-01T00:00:00Z");
        var before = Ids.Attributes(await Cozy.GetAsync("/files/" + file));
        Expect.NoContent(await Cozy.PostAsync(Target("/note.txt", "upstream") + "?From=" + file));

        var after = Ids.Attributes(await Cozy.PostAsync(Target("/note.txt", "downstream") + "?To=" + directory));

        foreach (var name in new[] { "name", "dir_id", "created_at", "updated_at", "size", "md5sum", "mime", "class" })
        {
            Assert.True(JsonNode.DeepEquals(before[name], after[name]), $"{name}: {before[name]} and {after[name]}");
        }
    }
}
