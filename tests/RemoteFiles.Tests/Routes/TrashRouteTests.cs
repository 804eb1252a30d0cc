using System.Globalization;
using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>The trash of the Nextcloud: GET and DELETE …/trash/*, POST …/restore/trash/*, DELETE …/trash.</summary>
public sealed class TrashRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task What_was_deleted_is_listed_with_its_way_back()
    {
        await Nextcloud.PutAsync(Folder + "/old.txt", "abc");
        await Nextcloud.MakeFolderAsync(Folder + "/Old");
        await Nextcloud.DeleteAsync(Folder + "/old.txt");
        await Nextcloud.DeleteAsync(Folder + "/Old");
        var (file, folder) = (await Nextcloud.TrashedAsync(Folder + "/old.txt"), await Nextcloud.TrashedAsync(Folder + "/Old"));

        var answer = await Cozy.GetAsync(Remote("/", "trash"));

        Expect.Status(200, answer);
        Assert.Equal(Expect.JsonApi, answer.ContentType);
        Expect.Same($$"""
            {"type":"io.cozy.remote.nextcloud.files","id":"{{file.Id}}",
             "attributes":{"type":"file","name":"old.txt","path":"/trash/{{file.Key}}","size":3,"mime":"text/plain","class":"text",
               "updated_at":"{{file.Modified}}","etag":"{{file.ETag}}","restore_path":"{{Folder}}/old.txt"},
             "meta":{},"links":{"self":"{{Nextcloud.Web}}/apps/files/trashbin/{{file.Id}}?dir=/"} }
            """, Item(answer, file).ToJsonString());
        Expect.Same($$"""
            {"type":"io.cozy.remote.nextcloud.files","id":"{{folder.Id}}",
             "attributes":{"type":"directory","name":"Old","path":"/trash/{{folder.Key}}",
               "updated_at":"{{folder.Modified}}","etag":"{{folder.ETag}}","restore_path":"{{Folder}}/Old"},
             "meta":{},"links":{"self":"{{Nextcloud.Web}}/apps/files/trashbin/{{folder.Id}}?dir=/Old"} }
            """, Item(answer, folder).ToJsonString());
        Assert.Equal(Ids.Data(answer).AsArray().Count, (int)JsonNode.Parse(answer.Text)!["meta"]!["count"]!);
        Assert.Matches(@"^\d+$", file.ETag);
    }

    [Fact]
    public async Task A_folder_in_the_trash_is_listed()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");
        await Nextcloud.PutAsync(Folder + "/sub/deep.txt", "abc");
        await Nextcloud.DeleteAsync(Folder + "/sub");
        var folder = await Nextcloud.TrashedAsync(Folder + "/sub");

        var answer = await Cozy.GetAsync(Remote("/" + folder.Key, "trash"));

        Expect.Status(200, answer);
        var item = Assert.Single(Ids.Data(answer).AsArray())!;
        Assert.Equal($"/trash/{folder.Key}/deep.txt", (string)item["attributes"]!["path"]!);
        Assert.Equal(Folder + "/sub/deep.txt", (string)item["attributes"]!["restore_path"]!);
        Assert.Equal($"{Nextcloud.Web}/apps/files/trashbin/{(string)item["id"]!}?dir=/{folder.Key}", (string)item["links"]!["self"]!);
    }

    [Fact]
    public async Task A_missing_folder_of_the_trash_is_404() => Expect.NotFound("file/directory not found", await Cozy.GetAsync(Remote("/missing.d1", "trash")));

    [Fact]
    public async Task A_file_is_restored_to_its_place()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "abc");
        await Nextcloud.DeleteAsync(Folder + "/file.txt");
        var item = await Nextcloud.TrashedAsync(Folder + "/file.txt");

        Expect.NoContent(await Cozy.PostAsync(Remote("/trash/" + item.Key, "restore")));

        Assert.Equal("abc", await Nextcloud.ReadAsync(Folder + "/file.txt"));
        Assert.DoesNotContain(await Nextcloud.TrashAsync(), trashed => trashed.Key == item.Key);
    }

    [Fact]
    public async Task A_folder_is_restored_with_all_that_is_in_it()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");
        await Nextcloud.PutAsync(Folder + "/sub/file.txt", "abc");
        await Nextcloud.DeleteAsync(Folder + "/sub");
        var item = await Nextcloud.TrashedAsync(Folder + "/sub");

        Expect.NoContent(await Cozy.PostAsync(Remote("/trash/" + item.Key, "restore")));

        Assert.Equal("abc", await Nextcloud.ReadAsync(Folder + "/sub/file.txt"));
    }

    [Fact]
    public async Task A_restore_onto_something_is_409_and_both_stay()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "old");
        await Nextcloud.DeleteAsync(Folder + "/file.txt");
        await Nextcloud.PutAsync(Folder + "/file.txt", "new");
        var item = await Nextcloud.TrashedAsync(Folder + "/file.txt");

        Expect.Conflict("it already exists", await Cozy.PostAsync(Remote("/trash/" + item.Key, "restore")));

        Assert.Equal("new", await Nextcloud.ReadAsync(Folder + "/file.txt"));
        Assert.Equal(["file.txt"], await Nextcloud.NamesAsync(Folder));
        Assert.Equal(item, await Nextcloud.TrashedAsync(Folder + "/file.txt"));
    }

    [Theory]
    [InlineData("/trash/missing.txt.d1")]
    [InlineData("/trash/")]
    [InlineData("/trash")]
    [InlineData("/other/missing.txt.d1")]
    public async Task An_unknown_item_cannot_be_restored(string path) =>
        Expect.NotFound("file/directory not found", await Cozy.PostAsync(Remote(path, "restore")));

    [Fact]
    public async Task An_item_is_deleted_for_good()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "abc");
        await Nextcloud.PutAsync(Folder + "/other.txt", "abc");
        await Nextcloud.DeleteAsync(Folder + "/file.txt");
        await Nextcloud.DeleteAsync(Folder + "/other.txt");
        var item = await Nextcloud.TrashedAsync(Folder + "/file.txt");

        Expect.NoContent(await Cozy.DeleteAsync(Remote("/" + item.Key, "trash")));

        Assert.DoesNotContain(await Nextcloud.TrashAsync(), trashed => trashed.Key == item.Key);
        await Nextcloud.TrashedAsync(Folder + "/other.txt");
    }

    [Fact]
    public async Task An_unknown_item_cannot_be_deleted() =>
        Expect.NotFound("file/directory not found", await Cozy.DeleteAsync(Remote("/missing.txt.d1", "trash")));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task The_whole_trash_is_emptied(string end)
    {
        Nextcloud.StandIn("the trash of a real user is not for a test to empty");
        await Nextcloud.PutAsync(Folder + "/a.txt", "abc");
        await Nextcloud.PutAsync(Folder + "/b.txt", "abc");
        await Nextcloud.DeleteAsync(Folder + "/a.txt");
        await Nextcloud.DeleteAsync(Folder + "/b.txt");

        Expect.NoContent(await Cozy.DeleteAsync($"/remote/nextcloud/{Fixture.Account}/trash{end}"));

        Assert.Empty(await Nextcloud.TrashAsync());
        Expect.Json(200, Expect.JsonApi, """{"data":[],"meta":{"count":0}}""", await Cozy.GetAsync(Remote("/", "trash")));
    }

    [Theory]
    [InlineData("trash")]
    [InlineData("size")]
    public async Task Without_a_slash_a_folder_of_the_name_is_listed(string name)
    {
        var standIn = Nextcloud.StandIn("the root of a real user's files is not for a test to fill");
        standIn.Tree.AddFile($"/{name}/inside.txt", "x"u8);

        var answer = await Cozy.GetAsync(Remote("/" + name));
        standIn.Tree.Remove("/" + name);

        Assert.Equal(["inside.txt"], Ids.NamesIn(answer));
    }

    [Theory]
    [InlineData("/Trash")]
    [InlineData("/TRASH")]
    [InlineData("/Size")]
    public async Task Another_case_is_a_folder_like_any_other(string name)
    {
        var standIn = Nextcloud.StandIn("the root of a real user's files is not for a test to fill");
        standIn.Tree.AddFile(name + "/sub/inside.txt", "12345"u8);

        var listed = await Cozy.GetAsync(Remote(name + "/sub"));
        var size = await Cozy.GetAsync(Remote(name, "size"));
        var deleted = await Cozy.DeleteAsync(Remote(name));

        Assert.Equal(["inside.txt"], Ids.NamesIn(listed));
        Expect.Json(200, Expect.PlainJson, """{"size":5}""", size);
        Expect.NoContent(deleted);
        Assert.False(standIn.Tree.Exists(name));
    }

    [Theory]
    [InlineData("trash")]
    [InlineData("size")]
    [InlineData("move")]
    [InlineData("copy")]
    [InlineData("restore")]
    public async Task Deeper_down_the_words_are_names_like_any_other(string name)
    {
        Expect.Created(await Cozy.PutAsync(Target("/" + name)));
        Expect.Created(await Cozy.PutAsync(Target($"/{name}/a.txt") + "?Type=file", RestClient.Body("x")));

        Assert.Equal(["a.txt"], Ids.NamesIn(await Cozy.GetAsync(Target("/" + name))));
        Expect.NoContent(await Cozy.DeleteAsync(Target($"/{name}/a.txt")));
        Expect.NoContent(await Cozy.PostAsync(Target("/" + name, "move") + "?To=" + Folder + "/renamed"));
        Assert.Equal(["renamed"], await Nextcloud.NamesAsync(Folder));
    }

    private static JsonNode Item(Answer list, DavFact fact) =>
        Ids.Data(list).AsArray().Single(item => (string)item!["id"]! == fact.Id.ToString(CultureInfo.InvariantCulture))!;
}
