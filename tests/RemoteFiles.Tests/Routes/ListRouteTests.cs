using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>GET /remote/nextcloud/:account/*path</summary>
public sealed class ListRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_folder_is_listed_with_its_folders_and_files()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/Images");
        await Nextcloud.PutAsync(Folder + "/budget.ods", "12345", LongAgo);
        await Nextcloud.PutAsync(Folder + "/report.pdf", "1234567", LongAgo);
        var images = await Nextcloud.StatAsync(Folder + "/Images");
        var budget = await Nextcloud.StatAsync(Folder + "/budget.ods");
        var report = await Nextcloud.StatAsync(Folder + "/report.pdf");

        var answer = await Cozy.GetAsync(Target(""));

        Expect.Json(200, Expect.JsonApi, $$"""
            {"data":[
              {"type":"io.cozy.remote.nextcloud.files","id":"{{images.Id}}",
               "attributes":{"type":"directory","name":"Images","path":"{{Folder}}/Images","updated_at":"{{images.Modified}}","etag":{{Quoted(images.ETag)}} },
               "meta":{},"links":{"self":"{{Nextcloud.Web}}/apps/files/files/{{images.Id}}?dir={{Folder}}"} },
              {"type":"io.cozy.remote.nextcloud.files","id":"{{budget.Id}}",
               "attributes":{"type":"file","name":"budget.ods","path":"{{Folder}}/budget.ods","size":5,
                 "mime":"application/vnd.oasis.opendocument.spreadsheet","class":"spreadsheet",
                 "updated_at":"Tue, 01 Jan 2019 00:00:00 GMT","etag":{{Quoted(budget.ETag)}} },
               "meta":{},"links":{"self":"{{Nextcloud.Web}}/apps/files/files/{{budget.Id}}?dir={{Folder}}"} },
              {"type":"io.cozy.remote.nextcloud.files","id":"{{report.Id}}",
               "attributes":{"type":"file","name":"report.pdf","path":"{{Folder}}/report.pdf","size":7,"mime":"application/pdf","class":"pdf",
                 "updated_at":"Tue, 01 Jan 2019 00:00:00 GMT","etag":{{Quoted(report.ETag)}} },
               "meta":{},"links":{"self":"{{Nextcloud.Web}}/apps/files/files/{{report.Id}}?dir={{Folder}}"} }],
             "meta":{"count":3} }
            """, answer);
        Assert.StartsWith("\"", budget.ETag, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_folder_is_an_empty_list()
    {
        var answer = await Cozy.GetAsync(Target(""));

        Expect.Json(200, Expect.JsonApi, """{"data":[],"meta":{"count":0}}""", answer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task The_root_is_listed(string end)
    {
        var answer = await Cozy.GetAsync(Remote("/") + end);

        Expect.Status(200, answer);
        var item = Ids.Data(answer).AsArray().Single(item => (string)item!["attributes"]!["name"]! == Folder[1..])!;
        Assert.Equal(Folder, (string)item["attributes"]!["path"]!);
        Assert.Equal($"{Nextcloud.Web}/apps/files/files/{(string)item["id"]!}?dir=/", (string)item["links"]!["self"]!);
    }

    [Fact]
    public async Task An_empty_file_has_no_size()
    {
        await Nextcloud.PutAsync(Folder + "/empty.txt", "");

        var attributes = Assert.Single(Ids.Data(await Cozy.GetAsync(Target(""))).AsArray())!["attributes"]!.AsObject();

        Assert.Equal(["type", "name", "path", "mime", "class", "updated_at", "etag"], attributes.Select(member => member.Key));
    }

    [Theory]
    [InlineData("photo.JPG", "image/jpeg", "image")]
    [InlineData("song.mp3", "audio/mpeg", "audio")]
    [InlineData("page.html", "text/html", "code")]
    [InlineData("slides.odp", "application/vnd.oasis.opendocument.presentation", "slide")]
    [InlineData("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "text")]
    [InlineData("all.zip", "application/zip", "zip")]
    [InlineData("note.cozy-note", "text/vnd.cozy.note+markdown", "text")]
    [InlineData("link.url", "application/internet-shortcut", "shortcut")]
    [InlineData("setup.exe", "application/x-msdownload", "binary")]
    [InlineData("README", "application/octet-stream", "files")]
    public async Task Type_and_class_are_told_from_the_name(string name, string mime, string kind)
    {
        await Nextcloud.PutAsync($"{Folder}/{name}", "x");

        var attributes = Assert.Single(Ids.Data(await Cozy.GetAsync(Target(""))).AsArray())!["attributes"]!;

        Assert.Equal((mime, kind), ((string)attributes["mime"]!, (string)attributes["class"]!));
    }

    [Fact]
    public async Task A_link_to_a_folder_with_signs_in_its_name_can_be_opened()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/a & b");
        await Nextcloud.PutAsync(Folder + "/a & b/c.txt", "x");

        var item = Assert.Single(Ids.Data(await Cozy.GetAsync(Target("/a & b"))).AsArray())!;

        Assert.Equal($"{Nextcloud.Web}/apps/files/files/{(string)item["id"]!}?dir={Folder}/a%20%26%20b", (string)item["links"]!["self"]!);
    }

    [Theory]
    [InlineData("//")]
    [InlineData("/sub//")]
    [InlineData("//sub")]
    public async Task Doubled_slashes_do_not_count(string path)
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");

        var answer = await Cozy.GetAsync($"/remote/nextcloud/{Fixture.Account}//{Folder[1..]}{path}");

        Expect.Status(200, answer);
        Assert.Equal(path == "//" ? ["sub"] : [], Ids.NamesIn(answer));
    }

    [Fact]
    public async Task A_missing_folder_is_404() => Expect.NotFound("file/directory not found", await Cozy.GetAsync(Target("/missing")));

    [Fact]
    public async Task A_file_is_not_listed_as_a_folder()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");

        Expect.NotFound("file/directory not found", await Cozy.GetAsync(Target("/file.txt")));
    }

    [Fact]
    public async Task Only_the_value_1_of_Dl_downloads()
    {
        await Nextcloud.PutAsync(Folder + "/file.txt", "x");

        Assert.Equal(["file.txt"], Ids.NamesIn(await Cozy.GetAsync(Target("") + "?Dl=0")));
        Assert.Equal(["file.txt"], Ids.NamesIn(await Cozy.GetAsync(Target("") + "?Dl=true")));
    }

    [Fact]
    public async Task A_long_folder_is_listed_whole()
    {
        var names = Enumerable.Range(0, Nextcloud.IsReal ? 60 : 3000).Select(i => $"file {i:D4}.txt").ToList();
        foreach (var name in names)
        {
            await Nextcloud.PutAsync($"{Folder}/{name}", "x");
        }

        var answer = await Cozy.GetAsync(Target(""));

        Assert.Equal(names, Ids.NamesIn(answer));
        Assert.Equal(names.Count, (int)JsonNode.Parse(answer.Text)!["meta"]!["count"]!);
    }

    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString();
}
