namespace RemoteFiles.Tests.Routes;

/// <summary>Names with every sign that an address, a header, XML or JSON gives a meaning to, through every route, never changed.</summary>
public sealed class NameTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    public static TheoryData<string> Names =>
    [
        "100% & +#.txt",
        "50%25.txt",
        "a%20b.txt",
        "a%2Fb.txt",
        "日本語.md",
        "e\u0301.txt",
        "\u00e9.txt",
        "it's (1)+=,;@!*~?.txt",
        " leading and trailing ",
        "😀.txt",
        "a:b<c>d|e\"f.txt",
        "..hidden",
        "[page].txt",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_uploaded_and_listed(string name)
    {
        Expect.Created(await Cozy.PutAsync(Target("/" + name) + "?Type=file", RestClient.Body("x")));

        Assert.Equal([Nextcloud.Kept(name)], await Nextcloud.NamesAsync(Folder));
        var attributes = Assert.Single(Ids.Data(await Cozy.GetAsync(Target(""))).AsArray())!["attributes"]!;
        Assert.Equal((Nextcloud.Kept(name), $"{Folder}/{Nextcloud.Kept(name)}"), ((string)attributes["name"]!, (string)attributes["path"]!));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_folder_of_it_is_made_and_listed(string name)
    {
        Expect.Created(await Cozy.PutAsync(Target("/" + name) + "?Type=directory"));
        Expect.Created(await Cozy.PutAsync(Target($"/{name}/{name}") + "?Type=file", RestClient.Body("12345")));

        Assert.Equal([Nextcloud.Kept(name)], Ids.NamesIn(await Cozy.GetAsync(Target("/" + name))));
        Expect.Json(200, Expect.PlainJson, """{"size":5}""", await Cozy.GetAsync(Target("/" + name, "size")));
        Expect.Json(200, Expect.PlainJson, """{"size":5}""", await Cozy.GetAsync(Target($"/{name}/{name}", "size")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_downloaded(string name)
    {
        await Nextcloud.PutAsync($"{Folder}/{name}", "hello");

        Assert.Equal("hello", (await Cozy.GetAsync(Target("/" + name) + "?Dl=1")).Text);
        Assert.Equal("ell", (await Cozy.GetAsync(Target("/" + name) + "?Dl=1", ("Range", "bytes=1-3"))).Text);
        var head = await Cozy.HeadAsync(Target("/" + name) + "?Dl=1");
        Expect.Status(200, head);
        Assert.Contains(head.Header("Content-Disposition"), new[]
        {
            $"attachment; filename=\"{name}\"",
            $"attachment; filename=\"{Plain(name)}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}",
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_moved_from_and_to(string name)
    {
        await Nextcloud.PutAsync(Folder + "/plain.txt", "x");

        Expect.NoContent(await Cozy.PostAsync(Target("/plain.txt", "move") + "?To=" + Uri.EscapeDataString($"{Folder}/{name}")));
        Assert.Equal([Nextcloud.Kept(name)], await Nextcloud.NamesAsync(Folder));
        Expect.NoContent(await Cozy.PostAsync(Target("/" + name, "move") + "?To=" + Uri.EscapeDataString(Folder + "/plain.txt")));
        Assert.Equal(["plain.txt"], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_copied_from_and_to(string name)
    {
        await Nextcloud.PutAsync(Folder + "/plain.txt", "x");
        await Nextcloud.MakeFolderAsync(Folder + "/sub");

        Expect.Created(await Cozy.PostAsync(Target("/plain.txt", "copy") + "?Path=" + Targets.FormEncode($"{Folder}/sub/{name}")));
        Expect.Created(await Cozy.PostAsync(Target("/plain.txt", "copy") + "?Name=" + Uri.EscapeDataString(name)));
        Expect.Created(await Cozy.PostAsync(Target("/sub/" + name, "copy") + "?Path=" + Uri.EscapeDataString(Folder + "/back.txt")));

        Assert.Equal(new[] { "back.txt", Nextcloud.Kept(name), "plain.txt", "sub" }.Order(StringComparer.Ordinal), await Nextcloud.NamesAsync(Folder));
        Assert.Equal([Nextcloud.Kept(name)], await Nextcloud.NamesAsync(Folder + "/sub"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_goes_downstream(string name)
    {
        var directory = await MakeDirectoryAsync();
        await Nextcloud.PutAsync($"{Folder}/{name}", "hello");

        var answer = await Cozy.PostAsync(Target("/" + name, "downstream") + $"?To={directory}&Copy=true&FailOnConflict=true");

        Expect.Status(201, answer);
        Assert.Equal(name, (string)Ids.Attributes(answer)["name"]!);
        Assert.Equal([name], await DriveNamesAsync(directory));
        var byPath = await Cozy.GetAsync("/files/metadata?Path=" + Uri.EscapeDataString($"{Folder}/{name}"));
        Assert.Equal(Ids.Of(answer), Ids.Of(byPath));
        Assert.Equal("hello", (await Cozy.GetAsync("/files/download?Path=" + Targets.FormEncode($"{Folder}/{name}"))).Text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_goes_upstream(string name)
    {
        var directory = await MakeDirectoryAsync();
        var file = await UploadAsync(directory, name, "hello");
        Assert.Equal([name], await DriveNamesAsync(directory));

        Expect.NoContent(await Cozy.PostAsync(Target("/" + name, "upstream") + "?From=" + file));

        Assert.Equal([Nextcloud.Kept(name)], await Nextcloud.NamesAsync(Folder));
        Assert.Empty(await DriveNamesAsync(directory));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_deleted_found_in_the_trash_and_restored(string name)
    {
        await Nextcloud.PutAsync($"{Folder}/{name}", "hello");

        Expect.NoContent(await Cozy.DeleteAsync(Target("/" + name)));
        var fact = await Nextcloud.TrashedAsync($"{Folder}/{name}");
        var attributes = Ids.Data(await Cozy.GetAsync(Remote("/", "trash"))).AsArray().Single(item => (string)item!["id"]! == fact.Id)!["attributes"]!;
        Assert.Equal(
            (Nextcloud.Kept(name), "/trash/" + fact.Key, $"{Folder}/{Nextcloud.Kept(name)}"),
            ((string)attributes["name"]!, (string)attributes["path"]!, (string)attributes["restore_path"]!));

        Expect.NoContent(await Cozy.PostAsync(Remote((string)attributes["path"]!, "restore")));
        Assert.Equal([Nextcloud.Kept(name)], await Nextcloud.NamesAsync(Folder));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_deleted_for_good(string name)
    {
        await Nextcloud.MakeFolderAsync($"{Folder}/{name}");
        await Nextcloud.PutAsync($"{Folder}/{name}/{name}", "hello");
        await Nextcloud.DeleteAsync($"{Folder}/{name}");
        var fact = await Nextcloud.TrashedAsync($"{Folder}/{name}");

        Assert.Equal([Nextcloud.Kept(name)], Ids.NamesIn(await Cozy.GetAsync(Remote("/" + fact.Key, "trash"))));
        Expect.NoContent(await Cozy.DeleteAsync(Remote("/" + fact.Key, "trash")));

        Assert.DoesNotContain(await Nextcloud.TrashAsync(), item => item.Key == fact.Key);
    }

    [Fact]
    public async Task A_name_that_the_Nextcloud_does_not_take_is_422_in_its_words()
    {
        await Nextcloud.PutAsync(Folder + "/plain.txt", "x");
        var file = await UploadAsync(await MakeDirectoryAsync(), "a\\b.txt", "x");
        var detail = $"{Nextcloud.Url.Authority} does not take this name: \"\\\" is not allowed inside a file or folder name.";

        foreach (var (method, verb, name, query) in new[]
        {
            ("PUT", "", "/a\\b.txt", "?Type=file"),
            ("PUT", "", "/a\\b.txt", "?Type=directory"),
            ("POST", "move", "/plain.txt", "?To=" + Uri.EscapeDataString(Folder + "/a\\b.txt")),
            ("POST", "copy", "/plain.txt", "?Name=" + Uri.EscapeDataString("a\\b.txt")),
            ("POST", "upstream", "/a\\b.txt", "?From=" + file),
        })
        {
            var answer = await Cozy.SendAsync(method, Target(name, verb) + query, method == "PUT" ? RestClient.Body("x") : null);
            Expect.Error(422, "Invalid Parameter", detail, answer);
        }

        Assert.Equal(["plain.txt"], await Nextcloud.NamesAsync(Folder));
    }

    // Two names that only look the same are two files. The real Nextcloud composes letters, and would make them one.
    [Fact]
    public async Task Composed_and_decomposed_letters_are_two_names()
    {
        Nextcloud.StandIn("the real Nextcloud composes letters, so that the two are one file there");
        await Nextcloud.PutAsync(Folder + "/e\u0301.txt", "decomposed");
        await Nextcloud.PutAsync(Folder + "/\u00e9.txt", "composed");
        var directory = await MakeDirectoryAsync();

        foreach (var name in new[] { "e\u0301.txt", "\u00e9.txt" })
        {
            Expect.Status(201, await Cozy.PostAsync(Target("/" + name, "downstream") + $"?To={directory}&FailOnConflict=true"));
        }

        Assert.Equal(["e\u0301.txt", "\u00e9.txt"], await DriveNamesAsync(directory));
    }

    private static string Plain(string name) =>
        new string([.. name.Where(c => c is > ' ' and < '\u007f' and not ('"' or '/' or '\\'))]) is { Length: > 0 } plain ? plain : "download";
}
