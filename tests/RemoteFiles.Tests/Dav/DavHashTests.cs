using System.Security.Cryptography;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>PATCH with X-Recalculate-Hash, by which others prove what they copied from here.</summary>
public sealed class DavHashTests(DavFixture fixture) : DavTest(fixture)
{
    [Fact]
    public async Task The_hash_is_that_of_the_bytes_and_nothing_changes()
    {
        await PutAsync($"{Folder}/f", "hello");
        var etag = await ETagAsync($"{Folder}/f");

        var told = await AskAsync("PATCH", $"{Folder}/f", null, ("X-Recalculate-Hash", "sha256"));
        var older = await AskAsync("PATCH", $"{Folder}/f", null, ("X-Recalculate-Hash", "MD5"));

        Expect.Status(204, told);
        Assert.Equal("SHA256:" + Convert.ToHexStringLower(SHA256.HashData("hello"u8)), told.Header("OC-Checksum"));
        Assert.Equal("MD5:5d41402abc4b2a76b9719d911017c592", older.Header("OC-Checksum"));
        Assert.Equal(etag, await ETagAsync($"{Folder}/f"));
    }

    [Fact]
    public async Task What_is_no_file_or_no_known_hash_is_refused()
    {
        await PutAsync($"{Folder}/f", "hello");

        Fails(405, "MethodNotAllowed", await AskAsync("PATCH", $"{Folder}/f", null, ("X-Recalculate-Hash", "rot13")));
        Fails(405, "MethodNotAllowed", await AskAsync("PATCH", $"{Folder}/f"));
        Fails(405, "MethodNotAllowed", await AskAsync("PATCH", Folder, null, ("X-Recalculate-Hash", "sha256")));
        Fails(404, "NotFound", await AskAsync("PATCH", $"{Folder}/none", null, ("X-Recalculate-Hash", "sha256")));
    }

    [Fact]
    public async Task It_is_told_that_it_is_offered() =>
        Assert.Contains("nextcloud-checksum-update", (await AskAsync("OPTIONS", Folder)).Header("DAV"), StringComparison.Ordinal);
}
