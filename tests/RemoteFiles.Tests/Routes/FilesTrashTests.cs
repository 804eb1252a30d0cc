using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>DELETE /files/:id, and what lies in /files/trash.</summary>
public sealed class FilesTrashTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string TrashId = "io.cozy.files.trash-dir";

    [Fact]
    public async Task A_deleted_file_is_answered_as_it_is_in_the_trash()
    {
        var directory = await MakeDirectoryAsync();
        var name = Folder[1..] + ".txt";
        var file = await UploadAsync(directory, name, "hello");
        var expected = Ids.Data(await Cozy.GetAsync("/files/" + file)).DeepClone();

        var answer = await Cozy.DeleteAsync("/files/" + file, ("If-Match", ""));

        expected["attributes"]!["dir_id"] = TrashId;
        expected["attributes"]!["trashed"] = true;
        expected["attributes"]!["restore_path"] = Folder;
        expected["meta"]!["rev"] = RevOf(answer);
        expected["relationships"]!["parent"] = JsonNode.Parse(
            $$"""{"links":{"related":"/files/{{TrashId}}"},"data":{"id":"{{TrashId}}","type":"io.cozy.files"} }""");
        Expect.Json(200, Expect.JsonApi, new JsonObject { ["data"] = expected }.ToJsonString(), answer);
        Assert.Empty(await DriveNamesAsync(directory));
        Assert.Equal("hello", (await Cozy.GetAsync("/files/download/" + file)).Text);
        Expect.BadRequest("File or directory is already in the trash", await Cozy.DeleteAsync("/files/" + file));
        Expect.NotFound("file does not exist", await Cozy.DeleteAsync("/files/unknown"));
    }

    [Fact]
    public async Task A_deleted_directory_takes_with_it_what_it_holds()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "hello");

        var answer = await Cozy.DeleteAsync("/files/" + directory);

        Expect.Status(200, answer);
        Assert.Equal(("/.cozy_trash" + Folder, "/"), ((string)Ids.Attributes(answer)["path"]!, (string)Ids.Attributes(answer)["restore_path"]!));
        Assert.Equal(file, (string)Ids.Data(answer)["relationships"]!["contents"]!["data"]![0]!["id"]!);
        var below = Ids.Attributes(await Cozy.GetAsync("/files/" + file));
        Assert.True((bool)below["trashed"]!);
        Assert.Null(below["restore_path"]);
    }

    [Fact]
    public async Task A_delete_of_another_revision_is_412()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "hello");

        Expect.Error(412, "Precondition Failed", "Revision does not match", await Cozy.DeleteAsync("/files/" + file, ("If-Match", "9-x")), "If-Match");
        Expect.Error(412, "Precondition Failed", "Revision does not match", await Cozy.DeleteAsync($"/files/{file}?rev=9-x"), "If-Match");
        Assert.Equal(["a.txt"], await DriveNamesAsync(directory));
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + file, ("If-Match", RevOf(await Cozy.GetAsync("/files/" + file)))));
    }

    [Fact]
    public async Task A_name_that_is_in_the_trash_already_gets_nine_digits()
    {
        var directory = await MakeDirectoryAsync();
        var name = Folder[1..] + ".txt";
        await Cozy.DeleteAsync("/files/" + await UploadAsync(directory, name, "one"));

        var second = await UploadAsync(directory, name, "two");
        var answer = await Cozy.DeleteAsync("/files/" + second);

        Assert.Matches(@$"^{Folder[1..]}\.txt \(\d{{9}}\)$", (string)Ids.Attributes(answer)["name"]!);
        Assert.Equal(name, (string)Ids.Attributes(await Cozy.PostAsync("/files/trash/" + second))["name"]!);
    }

    [Fact]
    public async Task The_trash_is_listed_in_pages_like_a_directory()
    {
        var cozy = await Fixture.AddInstanceAsync($"{Folder[1..]}.example");
        Expect.Json(200, Expect.JsonApi, """{"data":[],"meta":{"count":0},"links":{}}""", await cozy.GetAsync("/files/trash"));
        foreach (var name in new[] { "b.txt", "a.txt", "c.txt" })
        {
            Expect.Status(200, await cozy.DeleteAsync("/files/" + Ids.Of(await cozy.PostAsync($"/files/?Type=file&Name={name}", RestClient.Body("x")))));
        }

        var first = await cozy.GetAsync("/files/trash?page[limit]=2");
        var second = await cozy.GetAsync((string)JsonNode.Parse(first.Text)!["links"]!["next"]!);

        Assert.Equal(3, (int)JsonNode.Parse(first.Text)!["meta"]!["count"]!);
        Assert.Equal(["a.txt", "b.txt"], Ids.NamesIn(first));
        Assert.Equal(["c.txt"], Ids.NamesIn(second));
        Expect.BadRequest("page limit is not a number", await cozy.GetAsync("/files/trash?page[limit]=many"));
    }

    [Fact]
    public async Task What_is_restored_is_where_it_was_as_it_was()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "hello");
        var before = await Cozy.GetAsync("/files/" + file);
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + file));

        var answer = await Cozy.PostAsync("/files/trash/" + file);

        var expected = JsonNode.Parse(before.Text)!;
        expected["data"]!["meta"]!["rev"] = RevOf(answer);
        Assert.StartsWith("3-", RevOf(answer), StringComparison.Ordinal);
        Expect.Json(200, Expect.JsonApi, expected.ToJsonString(), answer);
        Assert.Equal(["a.txt"], await DriveNamesAsync(directory));
        Expect.BadRequest("File or directory is not in the trash", await Cozy.PostAsync("/files/trash/" + file));
        Expect.NotFound("file does not exist", await Cozy.PostAsync("/files/trash/unknown"));
    }

    [Fact]
    public async Task A_parent_that_is_gone_is_made_again()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "hello");
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + file));
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + directory));

        Expect.Status(200, await Cozy.PostAsync("/files/trash/" + file));

        Assert.Equal(file, Ids.Of(await Cozy.GetAsync($"/files/metadata?Path={Folder}/a.txt")));
        Assert.NotEqual(directory, Ids.Of(await Cozy.GetAsync("/files/metadata?Path=" + Folder)));
    }

    [Fact]
    public async Task A_file_is_taken_out_of_a_directory_in_the_trash()
    {
        var directory = await MakeDirectoryAsync();
        var (file, other) = (await UploadAsync(directory, "a.txt", "hello"), await UploadAsync(directory, "b.txt", "stays"));
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + directory));

        Expect.Status(200, await Cozy.PostAsync("/files/trash/" + file));

        Assert.Equal(file, Ids.Of(await Cozy.GetAsync($"/files/metadata?Path={Folder}/a.txt")));
        Assert.False((bool)Ids.Attributes(await Cozy.GetAsync("/files/" + file))["trashed"]!);
        Assert.Equal(["b.txt"], await DriveNamesAsync(directory));
        Assert.True((bool)Ids.Attributes(await Cozy.GetAsync("/files/" + other))["trashed"]!);
    }

    [Fact]
    public async Task A_name_that_is_taken_again_is_restored_with_nine_digits()
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, "a.txt", "old");
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + file));
        var young = await UploadAsync(directory, "a.txt", "young");

        var answer = await Cozy.PostAsync("/files/trash/" + file);

        Expect.Status(200, answer);
        Assert.Matches(@"^a\.txt \(\d{9}\)$", (string)Ids.Attributes(answer)["name"]!);
        Assert.Equal("old", (await Cozy.GetAsync("/files/download/" + file)).Text);
        Assert.Equal("young", (await Cozy.GetAsync("/files/download/" + young)).Text);
    }

    [Fact]
    public async Task One_thing_of_the_trash_is_removed_for_good_and_nothing_outside_it()
    {
        var directory = await MakeDirectoryAsync();
        var (file, other) = (await UploadAsync(directory, "a.txt", "hello"), await UploadAsync(directory, "b.txt", "stays"));
        Expect.Status(200, await Cozy.DeleteAsync("/files/" + file));

        Expect.Error(412, "Precondition Failed", "Revision does not match", await Cozy.DeleteAsync("/files/trash/" + file, ("If-Match", "9-x")), "If-Match");
        Expect.Status(200, await Cozy.GetAsync("/files/" + file));
        Expect.NoContent(await Cozy.DeleteAsync("/files/trash/" + file, ("If-Match", "")));

        Expect.NotFound("file does not exist", await Cozy.GetAsync("/files/" + file));
        Expect.NotFound("file does not exist", await Cozy.DeleteAsync("/files/trash/" + file));
        Expect.BadRequest("File or directory is not in the trash", await Cozy.DeleteAsync("/files/trash/" + other));
        Assert.Equal(["b.txt"], await DriveNamesAsync(directory));
    }

    [Fact]
    public async Task An_emptied_trash_is_empty_and_its_space_is_free()
    {
        var cozy = await Fixture.AddInstanceAsync($"{Folder[1..]}.example", quota: 10);
        var file = Ids.Of(await cozy.PostAsync("/files/?Type=file&Name=eight", RestClient.Body("12345678")));
        Expect.Status(200, await cozy.DeleteAsync("/files/" + file));
        Expect.Status(413, await cozy.PostAsync("/files/?Type=file&Name=five", RestClient.Body("12345")));

        Expect.NoContent(await cozy.DeleteAsync("/files/trash"));

        Assert.Empty(Ids.NamesIn(await cozy.GetAsync("/files/trash")));
        Expect.NotFound("file does not exist", await cozy.GetAsync("/files/" + file));
        Expect.Status(201, await cozy.PostAsync("/files/?Type=file&Name=five", RestClient.Body("12345")));
    }

    [Fact]
    public async Task Deleting_and_restoring_take_PATCH_and_removing_takes_DELETE()
    {
        var file = await UploadAsync(await MakeDirectoryAsync(), "a.txt", "hello");
        var changer = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.files:PATCH"));
        var remover = Cozy.With(await Fixture.Server.TokenAsync(Cozy.Domain, "io.cozy.files:DELETE"));

        Expect.Status(403, await remover.DeleteAsync("/files/" + file));
        Expect.Status(200, await changer.DeleteAsync("/files/" + file));
        Expect.Status(403, await remover.PostAsync("/files/trash/" + file));
        Expect.Status(403, await changer.DeleteAsync("/files/trash/" + file));
        Expect.Status(403, await changer.DeleteAsync("/files/trash"));
        Expect.Status(403, await changer.GetAsync("/files/trash"));
        Expect.Status(200, await changer.PostAsync("/files/trash/" + file));
        Expect.Status(200, await changer.DeleteAsync("/files/" + file));
        Expect.NoContent(await remover.DeleteAsync("/files/trash/" + file));
    }

    private static string RevOf(Answer answer) => (string)Ids.Data(answer)["meta"]!["rev"]!;
}
