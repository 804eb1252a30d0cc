using System.Text.Json.Nodes;
using StandIn;

namespace RemoteFiles.Tests.Routes;

/// <summary>GET /remote/nextcloud/:account/size/*path</summary>
public sealed class SizeRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_folder_has_the_size_of_all_that_is_in_it()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");
        await Nextcloud.MakeFolderAsync(Folder + "/sub/deep");
        await Nextcloud.PutAsync(Folder + "/a.txt", "12345");
        await Nextcloud.PutAsync(Folder + "/sub/deep/b.txt", "1234567");

        Expect.Json(200, Expect.PlainJson, """{"size":12}""", await Cozy.GetAsync(Target("", "size")));
        Expect.Json(200, Expect.PlainJson, """{"size":7}""", await Cozy.GetAsync(Target("/sub", "size")));
        Expect.Json(200, Expect.PlainJson, """{"size":7}""", await Cozy.GetAsync(Target("/sub/", "size")));
    }

    [Fact]
    public async Task A_file_has_its_own_size()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "12345");

        Expect.Json(200, Expect.PlainJson, """{"size":5}""", await Cozy.GetAsync(Target("/a.txt", "size")));
    }

    [Fact]
    public async Task An_empty_folder_has_the_size_0() => Expect.Json(200, Expect.PlainJson, """{"size":0}""", await Cozy.GetAsync(Target("", "size")));

    [Fact]
    public async Task The_root_has_the_size_of_everything()
    {
        await Nextcloud.PutAsync(Folder + "/a.txt", "12345");

        var answer = await Cozy.GetAsync(Remote("/", "size"));

        Expect.Status(200, answer);
        Assert.True((long)JsonNode.Parse(answer.Text)!["size"]! >= 5);
    }

    [Fact]
    public async Task It_is_asked_for_with_a_single_question()
    {
        var standIn = Nextcloud.StandIn("a real Nextcloud does not tell what it was asked");
        await Nextcloud.PutAsync(Folder + "/a.txt", "12345");
        Expect.Status(200, await Cozy.GetAsync(Target("", "size")));
        var before = standIn.Requests.Count;

        Expect.Status(200, await Cozy.GetAsync(Target("", "size")));

        var question = Assert.Single(standIn.Requests.Skip(before));
        Assert.Equal(("PROPFIND", "0"), (question.Method, question.Headers["Depth"]));
    }

    [Fact]
    public async Task A_missing_path_is_404() => Expect.NotFound("file/directory not found", await Cozy.GetAsync(Target("/missing", "size")));

    [Fact]
    public async Task A_size_that_the_Nextcloud_does_not_know_is_never_negative()
    {
        // -1 is how Nextcloud says that a mounted storage was not looked at yet.
        var standIn = Nextcloud.StandIn("the real Nextcloud has no storage that was not scanned");
        var unscanned = standIn.Next(request => request.Is("PROPFIND", Folder[1..]), async (context, _) =>
        {
            var question = await PropFind.ReadAsync(context);
            await question.BeginAsync();
            var node = standIn.Tree.Find(Folder[1..])!;
            await question.RespondAsync(
                $"/remote.php/dav/files/standin{Folder}/", new Dictionary<string, string>(PropFind.Properties(node, node.Name)) { ["oc:size"] = "-1" });
            await question.EndAsync();
        });

        var answer = await Cozy.GetAsync(Target("", "size"));

        Assert.Equal(1, unscanned.Times);
        Expect.Json(200, Expect.PlainJson, """{"size":0}""", answer);
    }
}
