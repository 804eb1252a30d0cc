using System.Security.Cryptography;
using System.Text;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>Uploads in pieces as clients sent them before version 2: <c>name-chunking-ID-COUNT-INDEX</c>.</summary>
public sealed class DavOldChunkTests(DavFixture fixture) : DavTest(fixture)
{
    [Fact]
    public async Task The_last_part_to_arrive_makes_the_file_and_its_answer_alone_has_an_ETag()
    {
        var sum = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes("onetwothree")));
        var first = await ChunkAsync("a b.txt", 3, 0, "one");
        var third = await ChunkAsync("a b.txt", 3, 2, "three", ("OC-Checksum", $"SHA1:{sum}"));
        Expect.Status(404, await AskAsync("GET", $"{Folder}/a%20b.txt"));
        Assert.Equal(2, (await ListAsync(Folder, "<d:getetag/>")).Count + 1);
        var second = await ChunkAsync("a b.txt", 3, 1, "two", ("OC-Checksum", $"SHA1:{sum}"));

        Assert.Equal((201, 201, 201), (first.Status, third.Status, second.Status));
        Assert.Equal((null, null), (first.Header("ETag"), third.Header("ETag")));
        Assert.Equal("accepted", second.Header("X-OC-MTime"));
        Assert.Equal("onetwothree", await ReadAsync($"{Folder}/a%20b.txt"));
        Assert.Equal(await ETagAsync($"{Folder}/a%20b.txt"), second.Header("ETag"));
        Assert.Contains(sum, (await StatAsync($"{Folder}/a%20b.txt", "<oc:checksums/>")).Value);
    }

    [Fact]
    public async Task A_part_sent_again_is_counted_once_and_the_last_one_is_answered_again()
    {
        await PutAsync($"{Folder}/f", "old");
        var id = (await StatAsync($"{Folder}/f", "<oc:id/>")).Value;
        await ChunkAsync("f", 2, 0, "wrong", ("OC-Total-Length", "7"));
        await ChunkAsync("f", 2, 0, "one!", ("OC-Total-Length", "7"));

        var last = await ChunkAsync("f", 2, 1, "two", ("OC-Total-Length", "7"));
        var again = await ChunkAsync("f", 2, 1, "two", ("OC-Total-Length", "7"));

        Assert.Equal((204, 204), (last.Status, again.Status));
        Assert.Equal((last.Header("ETag"), id), (again.Header("ETag"), again.Header("OC-FileId")));
        Assert.Equal("one!two", await ReadAsync($"{Folder}/f"));
    }

    [Fact]
    public async Task Both_of_two_last_parts_at_once_are_answered()
    {
        await ChunkAsync("f", 3, 0, "0");

        var answers = await Task.WhenAll(ChunkAsync("f", 3, 1, "1"), ChunkAsync("f", 3, 2, "2"));

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Contains(await ETagAsync($"{Folder}/f"), answers.Select(answer => answer.Header("ETag")));
        Assert.Equal("012", await ReadAsync($"{Folder}/f"));
    }

    [Fact]
    public async Task Conditions_and_checksums_are_of_the_whole_file()
    {
        await PutAsync($"{Folder}/f", "old");
        await ChunkAsync("f", 2, 0, "one");

        Fails(412, "PreconditionFailed", await ChunkAsync("f", 2, 1, "two", ("If-Match", "\"other\"")));
        Fails(400, "BadRequest", await ChunkAsync("f", 2, 1, "two", ("OC-Checksum", "MD5:00000000000000000000000000000000")));
        Assert.Equal("old", await ReadAsync($"{Folder}/f"));
        Expect.Status(204, await ChunkAsync("f", 2, 1, "two", ("If-Match", await ETagAsync($"{Folder}/f"))));
        Assert.Equal("onetwo", await ReadAsync($"{Folder}/f"));
    }

    [Theory]
    [InlineData("f")]
    [InlineData("f-chunking-1-2")]
    [InlineData("f-chunking-1-2-2")]
    [InlineData("f-chunking-1-0-0")]
    [InlineData("f-chunking-1-999999999-0")]
    [InlineData("f-chunking-x-2-0")]
    public async Task A_part_that_says_not_which_it_is_is_400(string name) =>
        Fails(400, "BadRequest", await PutAsync($"{Folder}/{name}", "x", ("OC-Chunked", "1")));

    private Task<Answer> ChunkAsync(string name, int count, int index, string text, params (string Name, string Value)[] headers) => PutAsync(
        $"{Folder}/{Uri.EscapeDataString(name)}-chunking-4711-{count}-{index}", text, [.. headers, ("OC-Chunked", "1"), ("X-OC-Mtime", "1600000000")]);
}
