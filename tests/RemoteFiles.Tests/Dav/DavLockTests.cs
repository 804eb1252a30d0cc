using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>What litmus does not ask of locks.</summary>
public sealed class DavLockTests(DavFixture fixture) : DavTest(fixture)
{
    [Fact]
    public async Task A_lock_holds_for_every_change_below_it_and_for_its_holder_it_does_not()
    {
        await AskAsync("MKCOL", $"{Folder}/d");
        await PutAsync($"{Folder}/d/a", "one");
        var token = await LockAsync($"{Folder}/d");

        Fails(423, "FileLocked", await PutAsync($"{Folder}/d/a", "two"));
        Fails(423, "FileLocked", await PutAsync($"{Folder}/d/new", "two"));
        Fails(423, "FileLocked", await AskAsync("DELETE", $"{Folder}/d/a"));
        Fails(423, "FileLocked", await AskAsync("DELETE", Folder));
        Fails(423, "FileLocked", await MoveAsync("MOVE", $"{Folder}/d/a", $"{Folder}/a"));
        Assert.Equal("one", await ReadAsync($"{Folder}/d/a"));
        Expect.Status(204, await PutAsync($"{Folder}/d/a", "two", ("If", $"<{Files}{Folder}/d> (<{token}>)")));
    }

    [Fact]
    public async Task A_lock_that_was_refused_or_given_back_holds_nothing()
    {
        await PutAsync($"{Folder}/a", "one");
        var token = await LockAsync($"{Folder}/a");

        Fails(423, "FileLocked", await AskLockAsync($"{Folder}/a"));
        Expect.Status(204, await AskAsync("UNLOCK", $"{Folder}/a", null, ("Lock-Token", $"<{token}>")));
        Expect.Status(409, await AskAsync("UNLOCK", $"{Folder}/a", null, ("Lock-Token", $"<{token}>")));
        Expect.Status(204, await PutAsync($"{Folder}/a", "two"));
    }

    [Fact]
    public async Task A_lock_ends_when_it_is_not_refreshed()
    {
        await PutAsync($"{Folder}/a", "one");
        var token = await LockAsync($"{Folder}/a");
        Fixture.Server.Clock.Shift += TimeSpan.FromMinutes(29);
        Expect.Status(200, await AskAsync("LOCK", $"{Folder}/a", null, ("If", $"(<{token}>)"), ("Timeout", "Second-60")));
        Expect.Status(423, await PutAsync($"{Folder}/a", "two"));

        Fixture.Server.Clock.Shift += TimeSpan.FromSeconds(61);

        Expect.Status(204, await PutAsync($"{Folder}/a", "two"));
        Expect.Status(412, await AskAsync("LOCK", $"{Folder}/a", null, ("If", $"(<{token}>)")));
    }

    [Fact]
    public async Task What_replaces_a_locked_file_after_its_end_is_not_locked()
    {
        await PutAsync($"{Folder}/a", "one");
        var token = await LockAsync($"{Folder}/a");

        Expect.Status(204, await AskAsync("DELETE", $"{Folder}/a", null, ("If", $"(<{token}>)")));

        Expect.Status(201, await PutAsync($"{Folder}/a", "two"));
    }

    [Fact]
    public async Task A_lock_binds_the_other_doors_too()
    {
        var cozy = Fixture.Client.With(await Fixture.Server.TokenAsync(DavFixture.Domain, "io.cozy.files"));
        await AskAsync("MKCOL", $"{Folder}/d");
        await PutAsync($"{Folder}/d/a", "one");
        await PutAsync($"{Folder}/free", "one");
        var (d, a, free) = (await IdAsync(cozy, $"{Folder}/d"), await IdAsync(cozy, $"{Folder}/d/a"), await IdAsync(cozy, $"{Folder}/free"));
        await LockAsync($"{Folder}/d");
        var etag = await ETagAsync(Folder);

        (string Method, string Target, HttpContent? Body)[] changes =
        [
            ("PUT", $"/files/{a}", RestClient.Body("two")),
            ("POST", $"/files/{d}?Type=file&Name=new", RestClient.Body("two")),
            ("POST", $"/files/{d}?Type=directory&Name=new", null),
            ("POST", $"/files/?Type=directory&Path={Folder}/d/deep/er&Recursive=true", null),
            ("PATCH", $"/files/{a}", Change("\"name\":\"b\"")),
            ("PATCH", $"/files/{a}", Change("\"tags\":[\"b\"]")),
            ("PATCH", $"/files/{free}", Change($"\"dir_id\":\"{d}\"")),
            ("POST", $"/files/{a}/copy", null),
            ("DELETE", $"/files/{a}", null),
            ("DELETE", $"/files/{d}", null),
        ];
        foreach (var (method, target, body) in changes)
        {
            var answer = await cozy.SendAsync(method, target, body);
            Assert.True(answer.Status == 423 && answer.Text.Contains("\"title\":\"Locked\"", StringComparison.Ordinal), $"{method} {target}: {answer}");
        }

        Assert.Equal(etag, await ETagAsync(Folder));
        Expect.Status(200, await cozy.SendAsync("PATCH", $"/files/{free}", Change("\"name\":\"freed\"")));
    }

    [Fact]
    public async Task What_was_deleted_before_a_lock_does_not_come_back_into_it()
    {
        var cozy = Fixture.Client.With(await Fixture.Server.TokenAsync(DavFixture.Domain, "io.cozy.files"));
        await PutAsync($"{Folder}/a", "one");
        var a = await IdAsync(cozy, $"{Folder}/a");
        Expect.Status(200, await cozy.DeleteAsync($"/files/{a}"));
        var token = await LockAsync(Folder);

        Expect.Status(423, await cozy.PostAsync($"/files/trash/{a}"));

        await AskAsync("UNLOCK", Folder, null, ("Lock-Token", $"<{token}>"));
        Expect.Status(200, await cozy.PostAsync($"/files/trash/{a}"));
        Assert.Equal("one", await ReadAsync($"{Folder}/a"));
    }

    [Theory]
    [InlineData("(<x>")]
    [InlineData("()")]
    [InlineData("nonsense")]
    [InlineData("(<x>) [y]")]
    public async Task An_If_header_that_cannot_be_read_is_400(string header) => Fails(400, "BadRequest", await PutAsync($"{Folder}/a", "x", ("If", header)));

    private static async Task<string> IdAsync(RestClient cozy, string path) => Ids.Of(await cozy.GetAsync("/files/metadata?Path=" + path));

    private static HttpContent Change(string attributes) => RestClient.Body("{\"data\":{\"attributes\":{" + attributes + "}}}", Expect.JsonApi);

    private async Task<string> LockAsync(string path)
    {
        var answer = await AskLockAsync(path);
        Expect.Status(200, answer);
        return answer.Header("Lock-Token")!.Trim('<', '>');
    }

    private Task<Answer> AskLockAsync(string path, params (string Name, string Value)[] headers) => AskAsync(
        "LOCK", path, """<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype><d:owner>me</d:owner></d:lockinfo>""", headers);
}
