using System.Security.Cryptography;
using System.Text;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>Checksums that a client asks for: X-Hash of what it sends, X-Recalculate-Hash of what is here.</summary>
public sealed class DavChecksumTests(DavFixture fixture) : DavTest(fixture)
{
    private static readonly string Sha1 = Convert.ToHexStringLower(SHA1.HashData("hello"u8));

    [Theory]
    [InlineData("md5", "MD5")]
    [InlineData("sha1", "SHA1")]
    [InlineData("SHA256", "SHA256")]
    [InlineData("all", "MD5 SHA1 SHA256")]
    [InlineData("crc", "")]
    public async Task The_hash_of_what_was_sent_is_answered_when_it_is_asked_for(string asked, string expected)
    {
        var answer = await PutAsync($"{Folder}/f", "hello", ("X-Hash", asked));

        Expect.Status(201, answer);
        var hashes = answer.Headers.Where(header => header.Key.StartsWith("X-Hash-", StringComparison.OrdinalIgnoreCase)).ToDictionary();
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => "X-Hash-" + name), hashes.Keys.Order(StringComparer.Ordinal));
        Assert.All(hashes, hash => Assert.Equal(HashOf(hash.Key["X-Hash-".Length..], "hello"), hash.Value));
    }

    [Theory]
    [InlineData("md5")]
    [InlineData("sha1")]
    [InlineData("sha256")]
    [InlineData("ADLER32")]
    public async Task A_file_is_read_again_for_its_checksum(string asked)
    {
        var text = new string('x', 100_000);
        await PutAsync($"{Folder}/f", text);
        var etag = await ETagAsync($"{Folder}/f");

        var answer = await AskAsync("PATCH", $"{Folder}/f", null, ("X-Recalculate-Hash", asked));

        Expect.Status(204, answer);
        Assert.Equal($"{asked.ToUpperInvariant()}:{HashOf(asked.ToUpperInvariant(), text)}", answer.Header("OC-Checksum"));
        Assert.Contains(answer.Header("OC-Checksum")!, (await StatAsync($"{Folder}/f", "<oc:checksums/>")).Value);
        Assert.Equal(etag, await ETagAsync($"{Folder}/f"));
    }

    [Fact]
    public async Task The_checksum_that_was_asked_for_is_of_that_content_alone()
    {
        await PutAsync($"{Folder}/f", "hello");
        await AskAsync("PATCH", $"{Folder}/f", null, ("X-Recalculate-Hash", "sha1"));
        Assert.Contains(Sha1, (await AskAsync("HEAD", $"{Folder}/f")).Header("OC-Checksum"));

        await PutAsync($"{Folder}/f", "other");

        Assert.DoesNotContain(Sha1, (await AskAsync("HEAD", $"{Folder}/f")).Header("OC-Checksum"));
    }

    [Fact]
    public async Task Nothing_else_is_patched()
    {
        await PutAsync($"{Folder}/f", "hello");

        Fails(405, "MethodNotAllowed", await AskAsync("PATCH", $"{Folder}/f"));
        Fails(400, "BadRequest", await AskAsync("PATCH", $"{Folder}/f", null, ("X-Recalculate-Hash", "crc")));
        Fails(405, "MethodNotAllowed", await AskAsync("PATCH", Folder, null, ("X-Recalculate-Hash", "md5")));
        Fails(404, "NotFound", await AskAsync("PATCH", $"{Folder}/g", null, ("X-Recalculate-Hash", "md5")));
        Assert.Contains("nextcloud-checksum-update", (await AskAsync("OPTIONS", Folder)).Header("DAV"));
    }

    private static string HashOf(string algorithm, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return algorithm switch
        {
            "MD5" => Convert.ToHexStringLower(MD5.HashData(bytes)),
            "SHA1" => Convert.ToHexStringLower(SHA1.HashData(bytes)),
            "SHA256" => Convert.ToHexStringLower(SHA256.HashData(bytes)),
            _ => AdlerOf(bytes).ToString("x8", System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    // RFC 1950 section 8.2, the slow way.
    private static uint AdlerOf(byte[] bytes)
    {
        var (low, high) = (1u, 0u);
        foreach (var one in bytes)
        {
            low = (low + one) % 65521;
            high = (high + low) % 65521;
        }

        return (high << 16) | low;
    }
}
