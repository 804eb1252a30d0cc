using System.Security.Cryptography;
using System.Text;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

public sealed class DavPutTests(DavFixture fixture) : DavTest(fixture)
{
    [Fact]
    public async Task A_put_answers_what_the_next_listing_says()
    {
        var made = await PutAsync($"{Folder}/a.txt", "hello", ("X-OC-Mtime", "1600000000.75"));
        var again = await PutAsync($"{Folder}/a.txt", "hello");
        var stat = await StatAsync($"{Folder}/a.txt", "<d:getetag/><oc:id/><d:getcontentlength/>");

        Assert.Equal((201, 204), (made.Status, again.Status));
        Assert.Equal("accepted", made.Header("X-OC-MTime"));
        Assert.NotEqual(made.Header("ETag"), again.Header("ETag"));
        Assert.Equal((again.Header("ETag"), again.Header("OC-ETag")), (stat.Element(D + "getetag")!.Value, stat.Element(D + "getetag")!.Value));
        Assert.Equal((made.Header("OC-FileId"), again.Header("OC-FileId")), (stat.Element(Oc + "id")!.Value, stat.Element(Oc + "id")!.Value));
        Assert.Equal("5", stat.Element(D + "getcontentlength")!.Value);
    }

    [Fact]
    public async Task A_time_is_kept_in_whole_seconds()
    {
        await PutAsync($"{Folder}/a", "x", ("X-OC-MTime", "1600000000.75"));

        Assert.Equal("Sun, 13 Sep 2020 12:26:40 GMT", (await StatAsync($"{Folder}/a", "<d:getlastmodified/>")).Value);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("0x5f5e100")]
    [InlineData("soon")]
    [InlineData("99999999999")]
    public async Task A_time_that_cannot_be_is_refused_and_nothing_is_stored(string time)
    {
        Fails(400, "BadRequest", await PutAsync($"{Folder}/a", "x", ("X-OC-MTime", time)));
        Expect.Status(404, await AskAsync("GET", $"{Folder}/a"));
    }

    [Theory]
    [InlineData("SHA1")]
    [InlineData("MD5")]
    [InlineData("SHA256")]
    [InlineData("ADLER32")]
    public async Task A_checksum_is_verified_and_a_wrong_one_leaves_the_old_content(string algorithm)
    {
        var sum = SumOf(algorithm, "right");

        var stored = await PutAsync($"{Folder}/a", "right", ("OC-Checksum", $"{algorithm}:{sum}"));
        var refused = await PutAsync($"{Folder}/a", "wrong", ("OC-Checksum", $"{algorithm}:{sum}"));
        var answer = await AskAsync("GET", $"{Folder}/a");

        Expect.Status(201, stored);
        Fails(400, "BadRequest", refused);
        Assert.Equal("right", answer.Text);
        Assert.Contains($"{algorithm}:{sum}", answer.Header("OC-Checksum"));
        Assert.Contains($"{algorithm}:{sum}", (await StatAsync($"{Folder}/a", "<oc:checksums/>")).Value);
    }

    [Fact]
    public async Task A_checksum_is_of_its_content_alone()
    {
        await PutAsync($"{Folder}/a", "one", ("OC-Checksum", "SHA1:" + SumOf("SHA1", "one")));
        await PutAsync($"{Folder}/a", "two");

        Assert.DoesNotContain("SHA1", (await StatAsync($"{Folder}/a", "<oc:checksums/>")).Value);
    }

    [Fact]
    public async Task Content_MD5_is_verified()
    {
        var right = Convert.ToBase64String(MD5.HashData("x"u8));

        Expect.Status(201, await PutAsync($"{Folder}/a", "x", ("Content-MD5", right)));
        Fails(400, "BadRequest", await PutAsync($"{Folder}/b", "y", ("Content-MD5", right)));
    }

    [Fact]
    public async Task Conditions_hold_or_nothing_is_written()
    {
        var etag = (await PutAsync($"{Folder}/a", "one")).Header("ETag")!;

        Fails(412, "PreconditionFailed", await PutAsync($"{Folder}/a", "x", ("If-Match", "\"other\"")));
        Fails(412, "PreconditionFailed", await PutAsync($"{Folder}/a", "x", ("If-None-Match", "*")));
        Fails(412, "PreconditionFailed", await PutAsync($"{Folder}/missing", "x", ("If-Match", "*")));
        Fails(412, "PreconditionFailed", await PutAsync($"{Folder}/a", "x", ("If", "([\"other\"])")));
        Assert.Equal("one", await ReadAsync($"{Folder}/a"));
        Expect.Status(204, await PutAsync($"{Folder}/a", "two", ("If-Match", etag)));
        Expect.Status(201, await PutAsync($"{Folder}/new", "x", ("If-None-Match", "*")));
    }

    [Fact]
    public async Task Of_two_writers_with_the_same_If_Match_one_loses()
    {
        var etag = (await PutAsync($"{Folder}/a", "one")).Header("ETag")!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PutAsync($"{Folder}/a", $"writer {i}", ("If-Match", etag))));

        Assert.Single(answers, answer => answer.Status == 204);
        Assert.Equal(7, answers.Count(answer => answer.Status == 412));
    }

    [Fact]
    public async Task A_body_without_a_length_is_stored_and_one_that_is_cut_is_not()
    {
        var chunked = await Fixture.Client.SendAsync("PUT", $"{Files}{Folder}/a", RestClient.ChunkedBody("hello"u8.ToArray()), ("Authorization", Fixture.Login));
        await BrokenUpload.SendAsync(Fixture.Server.Address, DavFixture.Domain, Fixture.Login, "PUT", $"{Files}{Folder}/a");

        Expect.Status(201, chunked);
        Assert.Equal("hello", await ReadAsync($"{Folder}/a"));
    }

    [Theory]
    [InlineData("/missing/a", 409, "Conflict")]
    [InlineData("", 409, "Conflict")]
    [InlineData("/back%5Cslash", 400, "InvalidPath")]
    [InlineData("/new%0Aline", 400, "InvalidPath")]
    public async Task A_name_that_cannot_be_is_refused_as_clients_know_it(string path, int status, string exception) =>
        Fails(status, exception, await PutAsync(Folder + path, "x"));

    [Fact]
    public async Task Missing_folders_are_made_when_the_client_asks()
    {
        Expect.Status(201, await PutAsync($"{Folder}/x/y/z.txt", "deep", ("X-NC-WebDAV-Auto-Mkcol", "1")));
        Assert.Equal("deep", await ReadAsync($"{Folder}/x/y/z.txt"));
    }

    [Fact]
    public async Task Another_user_is_refused_and_never_mapped()
    {
        Fails(404, "NotFound", await PutAsync("/remote.php/dav/files/bob/a.txt", "x"));
        Expect.Status(404, await AskAsync("GET", "/a.txt"));
    }

    [Fact]
    public async Task A_full_drive_is_507_before_and_while_the_body_is_read()
    {
        var domain = $"{Folder[1..]}.example";
        var (client, login) = await Fixture.AddInstanceAsync(domain, Folder[1..], quota: 10);
        var target = $"/remote.php/dav/files/{Folder[1..]}/a";

        var declared = await client.SendAsync("PUT", target, RestClient.Body(new byte[11]), ("Authorization", login));
        var counted = await client.SendAsync("PUT", target, RestClient.ChunkedBody(new byte[11]), ("Authorization", login));
        var fits = await client.SendAsync("PUT", target, RestClient.Body(new byte[10]), ("Authorization", login));

        Fails(507, "InsufficientStorage", declared);
        Fails(507, "InsufficientStorage", counted);
        Expect.Status(201, fits);
    }

    private static string SumOf(string algorithm, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return algorithm switch
        {
            "SHA1" => Convert.ToHexStringLower(SHA1.HashData(bytes)),
            "MD5" => Convert.ToHexStringLower(MD5.HashData(bytes)),
            "SHA256" => Convert.ToHexStringLower(SHA256.HashData(bytes)),
            _ => Adler32(bytes),
        };
    }

    private static string Adler32(byte[] bytes)
    {
        var (low, high) = (1L, 0L);
        foreach (var one in bytes)
        {
            (low, high) = ((low + one) % 65521, (high + low + one) % 65521);
        }

        return ((high << 16) | low).ToString("x8");
    }
}
