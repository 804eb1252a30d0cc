using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>A Nextcloud that is installed below a path, for a user whose login is not the id in the DAV addresses.</summary>
public sealed class SubPathTests(SubPathFixture fixture) : RouteTest(fixture), IClassFixture<SubPathFixture>
{
    [Fact]
    public async Task Files_are_listed_with_links_below_the_path()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        var item = Assert.Single(Ids.Data(await Cozy.GetAsync(Target(""))).AsArray())!;

        Assert.Equal($"{Nextcloud.Web}/apps/files/files/{(string)item["id"]!}?dir={Folder}", (string)item["links"]!["self"]!);
    }

    [Fact]
    public async Task Files_are_moved_copied_deleted_and_restored()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "x");

        Expect.NoContent(await Cozy.PostAsync(Target("/a.txt", "move") + "?To=" + Folder + "/b.txt"));
        Expect.Created(await Cozy.PostAsync(Target("/b.txt", "copy") + "?Name=c.txt"));
        Expect.NoContent(await Cozy.DeleteAsync(Target("/b.txt")));
        Assert.Equal(["c.txt"], await Nextcloud.NamesAsync(Folder));
        var item = await Nextcloud.TrashedAsync(Folder + "/b.txt");
        Expect.NoContent(await Cozy.PostAsync($"/remote/nextcloud/{Fixture.Account}/restore/trash/{item.Key}"));

        Assert.Equal(["b.txt", "c.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Fact]
    public async Task The_user_is_asked_for_once_and_remembered()
    {
        var standIn = Nextcloud.StandIn("a real Nextcloud does not tell what it was asked");
        Expect.Status(200, await Cozy.GetAsync(Target("")));
        var document = await Cozy.GetAsync($"/data/io.cozy.accounts/{Fixture.Account}");
        var asked = standIn.Requests.Count(request => request.Name == "user");

        Expect.Status(200, await Cozy.GetAsync(Target("")));

        Assert.Equal(standIn.User.Id, (string)JsonNode.Parse(document.Text)!["webdav_user_id"]!);
        Assert.Equal((1, 1), (asked, standIn.Requests.Count(request => request.Name == "user")));
    }
}
