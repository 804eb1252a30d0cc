using System.Security.Cryptography;
using System.Text;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>X-Hash: the checksums of what a client sends, told in the answer.</summary>
public sealed class DavChecksumTests(DavFixture fixture) : DavTest(fixture)
{
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

    private static string HashOf(string algorithm, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return algorithm switch
        {
            "MD5" => Convert.ToHexStringLower(MD5.HashData(bytes)),
            "SHA1" => Convert.ToHexStringLower(SHA1.HashData(bytes)),
            _ => Convert.ToHexStringLower(SHA256.HashData(bytes)),
        };
    }
}
