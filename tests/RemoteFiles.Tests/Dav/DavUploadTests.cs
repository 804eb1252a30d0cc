using System.Security.Cryptography;
using System.Text;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

public sealed class DavUploadTests(DavFixture fixture) : DavTest(fixture)
{
    private string Transfer => $"/remote.php/dav/uploads/alma/{Folder[1..]}";

    [Fact]
    public async Task Parts_become_a_file_in_the_natural_order_of_their_names()
    {
        await BeginAsync();
        foreach (var i in new[] { 10, 2, 1, 11, 9 })
        {
            Expect.Status(201, await PutAsync($"{Transfer}/{i}", $"<{i}>"));
        }

        var sum = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes("<1><2><9><10><11>")));
        var joined = await JoinAsync($"{Folder}/big", ("OC-Total-Length", "17"), ("OC-Checksum", $"SHA1:{sum}"), ("X-OC-Mtime", "1600000000"));

        Expect.Status(201, joined);
        Assert.Equal("accepted", joined.Header("X-OC-MTime"));
        Assert.Equal("<1><2><9><10><11>", await ReadAsync($"{Folder}/big"));
        Assert.Equal(joined.Header("ETag"), await ETagAsync($"{Folder}/big"));
        Expect.Status(404, await AskAsync("PROPFIND", Transfer));
        Assert.Contains(sum, (await StatAsync($"{Folder}/big", "<oc:checksums/>")).Value);
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(3, 5)]
    [InlineData(7, 1)]
    [InlineData(8, 8)]
    public async Task A_joined_file_is_read_from_any_byte_on(int from, int count)
    {
        await BeginAsync();
        await PutAsync($"{Transfer}/1", "0123456");
        await PutAsync($"{Transfer}/2", "");
        await PutAsync($"{Transfer}/3", "789abcdef");
        await JoinAsync($"{Folder}/big");

        var answer = await AskAsync("GET", $"{Folder}/big", null, ("Range", $"bytes={from}-{from + count - 1}"));

        Assert.Equal((206, "0123456789abcdef".Substring(from, count)), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_missing_part_is_told_and_can_be_sent()
    {
        await BeginAsync();
        await PutAsync($"{Transfer}/1", "aaa");

        Fails(400, "BadRequest", await JoinAsync($"{Folder}/f", ("OC-Total-Length", "6")));
        Expect.Status(404, await AskAsync("GET", $"{Folder}/f"));
        var parts = await ListAsync(Transfer, "<d:getcontentlength/>");
        Assert.Equal([$"{Transfer}/", $"{Transfer}/.file", $"{Transfer}/1"], parts.Select(part => part.Href));
        await PutAsync($"{Transfer}/2", "bbb");
        Expect.Status(201, await JoinAsync($"{Folder}/f", ("OC-Total-Length", "6")));
    }

    [Fact]
    public async Task The_last_step_may_be_asked_for_again()
    {
        await PutAsync($"{Folder}/f", "old");
        var id = (await StatAsync($"{Folder}/f", "<oc:id/>")).Value;
        await BeginAsync();
        await PutAsync($"{Transfer}/1", "new");

        var first = await JoinAsync($"{Folder}/f");
        var again = await JoinAsync($"{Folder}/f");

        Assert.Equal((204, 204), (first.Status, again.Status));
        Assert.Equal((first.Header("ETag"), id), (again.Header("ETag"), again.Header("OC-FileId")));
        Expect.Status(404, await JoinAsync($"{Folder}/elsewhere"));
        await BeginAsync();
    }

    [Fact]
    public async Task Both_of_two_joins_at_once_are_answered_and_one_file_is_made()
    {
        await BeginAsync();
        await PutAsync($"{Transfer}/1", "one");
        await PutAsync($"{Transfer}/2", "two");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => JoinAsync($"{Folder}/f")));

        Assert.All(answers, answer => Assert.Equal((201, answers[0].Header("ETag")), (answer.Status, answer.Header("ETag"))));
        Assert.Equal("onetwo", await ReadAsync($"{Folder}/f"));
    }

    [Fact]
    public async Task Conditions_and_checksums_are_of_the_whole_file_and_keep_the_parts()
    {
        var etag = (await PutAsync($"{Folder}/f", "old")).Header("ETag");
        await BeginAsync();
        await PutAsync($"{Transfer}/1", "new");

        Fails(412, "PreconditionFailed", await JoinAsync($"{Folder}/f", ("If", $"<{Files}{Folder}/f> ([\"other\"])")));
        Fails(400, "BadRequest", await JoinAsync($"{Folder}/f", ("OC-Checksum", "MD5:00000000000000000000000000000000")));
        Fails(400, "BadRequest", await JoinAsync(Folder));
        Fails(409, "Conflict", await JoinAsync($"{Folder}/x/y"));
        Assert.Equal("old", await ReadAsync($"{Folder}/f"));
        Expect.Status(204, await JoinAsync($"{Folder}/f", ("If", $"<{Files}{Folder}/f> ([{etag}])")));
        Assert.Equal("new", await ReadAsync($"{Folder}/f"));
    }

    [Fact]
    public async Task An_upload_is_begun_once_and_given_up()
    {
        Expect.Status(404, await AskAsync("PROPFIND", Transfer, null, ("Depth", "0")));
        Expect.Status(404, await PutAsync($"{Transfer}/1", "x"));
        await BeginAsync();
        Fails(405, "MethodNotAllowed", await AskAsync("MKCOL", Transfer));
        await PutAsync($"{Transfer}/1", "x");
        Expect.Status(204, await PutAsync($"{Transfer}/1", "y"));
        Expect.Status(204, await AskAsync("DELETE", Transfer));
        Expect.Status(404, await AskAsync("DELETE", Transfer));
        Expect.Status(404, await AskAsync("MKCOL", "/remote.php/dav/uploads/bob/x"));
    }

    [Fact]
    public async Task Nothing_makes_an_empty_file()
    {
        await BeginAsync();

        Expect.Status(201, await JoinAsync($"{Folder}/empty"));
        Assert.Equal("", await ReadAsync($"{Folder}/empty"));
    }

    [Fact]
    public async Task Parts_count_against_the_quota()
    {
        var (client, login) = await Fixture.AddInstanceAsync($"{Folder[1..]}.example", Folder[1..], quota: 10);
        var target = $"/remote.php/dav/uploads/{Folder[1..]}/x";
        Task<Answer> SendAsync(string method, string path, byte[]? body, params (string, string)[] headers) =>
            client.SendAsync(method, path, body is null ? null : RestClient.Body(body), [.. headers, ("Authorization", login)]);

        Fails(507, "InsufficientStorage", await SendAsync("MKCOL", target, null, ("OC-Total-Length", "11")));
        Expect.Status(201, await SendAsync("MKCOL", target, null));
        Expect.Status(201, await SendAsync("PUT", target + "/1", new byte[6]));
        Fails(507, "InsufficientStorage", await SendAsync("PUT", target + "/2", new byte[5]));
        Expect.Status(201, await SendAsync("PUT", target + "/2", new byte[4]));
        Expect.Status(201, await SendAsync("MOVE", target + "/.file", null, ("Destination", $"/remote.php/dav/files/{Folder[1..]}/f")));
        Fails(507, "InsufficientStorage", await SendAsync("PUT", $"/remote.php/dav/files/{Folder[1..]}/g", new byte[1]));
    }

    private async Task BeginAsync() => Expect.Status(201, await AskAsync("MKCOL", Transfer));

    private Task<Answer> JoinAsync(string to, params (string Name, string Value)[] headers) => MoveAsync("MOVE", $"{Transfer}/.file", to, headers);
}
