using System.IO.Compression;
using System.Text;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Security;

/// <summary>No name, path or id that a client sends leads out of its own tree: not to a file of this server, not to a neighbour's, not to another place of the disk.</summary>
public sealed class TraversalTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string Canary = "canary-of-a-file-outside";

    /// <summary>Percent-encoded, as they stand in a target.</summary>
    private static readonly string[] Written =
    [
        "..", "../..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "%252e%252e", "..%2f", "..%2F..%2F", "%2e%2e%2f%2e%2e%2f", "..%5c", "..%5C..%5C", "%5c..%5c", "..%00", "..%00.txt",
        "%00", "a%00b", "..;", "..;/..", "%c0%ae%c0%ae", "%c0%ae%c0%ae%c0%af", "%e0%80%ae", "%uff0e%uff0e", "%ef%bc%8e%ef%bc%8e", "....", "....//", "..../", "...", "%20..", "..%20", "%09..",
        "%2fetc%2fpasswd", "/etc/passwd", "//etc/passwd", "%2f%2f", "C:%5cwindows", "file:%2f%2f%2fetc%2fpasswd", "~", "~root", "%24HOME", "remote-files.db", "..%2fremote-files.db", "../keys", "%0d%0a..",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/files/{0}")]
    [InlineData("GET", "/files/download/{0}")]
    [InlineData("GET", "/files/download?Path=/{0}/remote-files.db")]
    [InlineData("GET", "/files/metadata?Path=/{0}")]
    [InlineData("GET", "/files/downloads/{0}/x")]
    [InlineData("GET", "/files/{0}/relationships/contents")]
    [InlineData("POST", "/files/{dir}?Type=file&Name={0}")]
    [InlineData("POST", "/files/{0}?Type=file&Name=x")]
    [InlineData("POST", "/files/{dir}?Type=directory&Name={0}")]
    [InlineData("POST", "/files/?Type=directory&Path=/{0}/x")]
    [InlineData("PUT", "/files/{0}")]
    [InlineData("DELETE", "/files/{0}")]
    [InlineData("DELETE", "/files/trash/{0}")]
    [InlineData("POST", "/files/trash/{0}")]
    [InlineData("GET", "/data/{0}/_all_docs")]
    [InlineData("GET", "/data/io.cozy.accounts/{0}")]
    [InlineData("GET", "/remote/nextcloud/{account}/{0}")]
    [InlineData("GET", "/remote/nextcloud/{account}/{0}/x?Dl=1")]
    [InlineData("GET", "/remote/nextcloud/{0}/x")]
    [InlineData("PUT", "/remote/nextcloud/{account}/{0}/x?Type=file")]
    [InlineData("PUT", "/remote/nextcloud/{account}/{0}/x")]
    [InlineData("DELETE", "/remote/nextcloud/{account}/{0}/x")]
    [InlineData("POST", "/remote/nextcloud/{account}/move/file.txt?To=/{0}/x")]
    [InlineData("POST", "/remote/nextcloud/{account}/copy/file.txt?To=/{0}/x")]
    [InlineData("POST", "/remote/nextcloud/{account}/downstream/{0}/x?To={dir}")]
    [InlineData("POST", "/remote/nextcloud/{account}/downstream/file.txt?To={0}")]
    [InlineData("POST", "/remote/nextcloud/{account}/upstream/x?From={0}")]
    [InlineData("DELETE", "/remote/nextcloud/{account}/trash/{0}")]
    [InlineData("POST", "/remote/nextcloud/{account}/restore/trash/{0}")]
    [InlineData("GET", "/login/{0}")]
    [InlineData("GET", "/login/v2/flow/{0}")]
    public async Task Nothing_over_REST(string method, string target)
    {
        var directory = await MakeDirectoryAsync();
        await AttackAsync(Written, async written =>
        {
            var attacked = target.Replace("{0}", written, StringComparison.Ordinal).Replace("{dir}", directory, StringComparison.Ordinal).Replace("{account}", Fixture.Account, StringComparison.Ordinal);
            return await Cozy.SendAsync(method, attacked, method is "POST" or "PUT" ? RestClient.Body("attack") : null);
        });
    }

    [Theory]
    [InlineData("GET", "/remote.php/dav/files/cozy/{0}")]
    [InlineData("GET", "/remote.php/dav/files/{0}/file.txt")]
    [InlineData("GET", "/remote.php/webdav/{0}")]
    [InlineData("PUT", "/remote.php/dav/files/cozy/{0}/x")]
    [InlineData("PUT", "/remote.php/dav/files/cozy/{0}")]
    [InlineData("MKCOL", "/remote.php/dav/files/cozy/{0}/x")]
    [InlineData("DELETE", "/remote.php/dav/files/cozy/{0}/x")]
    [InlineData("PROPFIND", "/remote.php/dav/files/cozy/{0}")]
    [InlineData("PROPFIND", "/remote.php/dav/{0}")]
    [InlineData("MKCOL", "/remote.php/dav/uploads/cozy/{0}")]
    [InlineData("MKCOL", "/remote.php/dav/uploads/{0}/x")]
    [InlineData("PUT", "/remote.php/dav/uploads/cozy/{0}/1")]
    [InlineData("PUT", "/remote.php/dav/uploads/cozy/{upload}/{0}")]
    [InlineData("DELETE", "/remote.php/dav/uploads/cozy/{0}")]
    [InlineData("MOVE", "/remote.php/dav/uploads/cozy/{0}/.file")]
    [InlineData("GET", "/remote.php/dav/versions/cozy/versions/{0}/1")]
    [InlineData("GET", "/remote.php/dav/versions/cozy/versions/1/{0}")]
    [InlineData("MOVE", "/remote.php/dav/versions/cozy/versions/1/{0}")]
    [InlineData("DELETE", "/remote.php/dav/trashbin/cozy/trash/{0}")]
    [InlineData("MOVE", "/remote.php/dav/trashbin/cozy/trash/{0}")]
    [InlineData("GET", "/remote.php/dav/trashbin/cozy/trash/{0}")]
    [InlineData("PUT", "/remote.php/dav/files/cozy/x-chunking-1-1-0{0}")]
    public async Task Nothing_over_WebDAV(string method, string target)
    {
        var client = await DavAsync();
        var upload = $"{Folder[1..]}-{method}";
        await client("MKCOL", "/remote.php/dav/uploads/cozy/" + upload, []);
        await AttackAsync(Written, written => client(
            method,
            target.Replace("{0}", written, StringComparison.Ordinal).Replace("{upload}", upload, StringComparison.Ordinal),
            method == "MOVE" ? [("Destination", "/remote.php/dav/files/cozy/moved")] : []));
    }

    [Theory]
    [InlineData("MOVE")]
    [InlineData("COPY")]
    public async Task No_destination(string method)
    {
        var client = await DavAsync();
        await AttackAsync(
            [.. Written.Select(written => "/remote.php/dav/files/cozy/" + written + "/x"), .. Written.Select(written => $"/remote.php/dav/files/{written}/x"), .. Written.Select(written => $"http://{Cozy.Domain}/remote.php/webdav/{written}")],
            async destination =>
            {
                await client("PUT", "/remote.php/dav/files/cozy/from.txt", []);
                return await client(method, "/remote.php/dav/files/cozy/from.txt", [("Destination", destination)]);
            });
    }

    [Fact]
    public async Task No_name_in_a_request_of_many_files()
    {
        var client = await DavAsync();
        await AttackAsync([.. Written, .. Written.Select(Uri.UnescapeDataString).Where(name => !name.Contains('\0', StringComparison.Ordinal) && !name.Contains('\n', StringComparison.Ordinal))], async name =>
        {
            var part = $"--b\r\nX-File-Path: /{name}/x\r\nContent-Length: 6\r\n\r\nattack\r\n--b--\r\n";
            return await Cozy.With(null).SendAsync(
                "POST", "/remote.php/dav/bulk", RestClient.Body(Encoding.UTF8.GetBytes(part), "multipart/related; boundary=b"), ("Authorization", await BasicAsync()));
        });
        Assert.NotNull(client);
    }

    [Fact]
    public async Task No_name_that_is_chosen_for_an_archive()
    {
        var client = await DavAsync();
        await AttackAsync([.. Written, .. Written.Select(Uri.UnescapeDataString)], name =>
            client("GET", $"/remote.php/dav/files/cozy/?accept=zip&files={Uri.EscapeDataString(System.Text.Json.JsonSerializer.Serialize(new[] { name }))}", []));
    }

    [Fact]
    public async Task No_name_in_an_archive_leads_out_of_where_it_is_unpacked()
    {
        var directory = await MakeDirectoryAsync();
        foreach (var name in new[] { "..\\..\\evil.txt", "C:\\evil.txt", "\\\\server\\share", "a\\..\\..\\b", "~", "...", "..evil" })
        {
            await UploadAsync(directory, name, "x");
        }

        Expect.Status(201, await Cozy.PostAsync($"/files/{directory}?Type=directory&Name={Uri.EscapeDataString("..\\up")}"));

        var client = await DavAsync();
        var answer = await client("GET", $"/remote.php/dav/files/cozy{Folder}?accept=zip", []);
        Expect.Status(200, answer);
        await using var zip = new ZipArchive(new MemoryStream(answer.Body));
        Assert.Equal(9, zip.Entries.Count);
        Assert.All(zip.Entries, entry =>
        {
            Assert.DoesNotContain('\\', entry.FullName);
            Assert.False(entry.FullName.StartsWith('/'));
            Assert.DoesNotContain(entry.FullName.Split('/'), part => part is ".." or ".");
        });
    }

    // A neighbour has a file, and the disk has one outside: neither is seen, and nothing of an attack lies on the disk under its own name.
    private async Task AttackAsync(IEnumerable<string> attacks, Func<string, Task<Answer>> sendAsync)
    {
        var storage = Fixture.Server.Files.Single(file => file.Name == "remote-files.db").Directory!;
        var outside = Path.Combine(storage.Parent!.FullName, $"{Path.GetFileName(storage.FullName)}-outside.txt");
        await File.WriteAllTextAsync(outside, Canary, Ct);
        try
        {
            foreach (var attack in attacks)
            {
                var answer = await sendAsync(attack);
                Assert.True(answer.Status < 500, $"{attack}: {answer}");
                foreach (var secret in new[] { Canary, "SQLite format 3", "root:x:0:0", "<encryptedSecret" })
                {
                    Assert.False(answer.Text.Contains(secret, StringComparison.Ordinal), $"{attack}: {secret}");
                }
            }

            Assert.Equal(Canary, await File.ReadAllTextAsync(outside, Ct));
            Assert.All(Fixture.Server.Files, file => Assert.Matches(@"^(remote-files\.db(-wal|-shm)?|key-[0-9a-f-]+\.xml|[0-9A-Za-z_.-]{8,})$", file.Name));
            Assert.DoesNotContain(Fixture.Server.Files, file => file.Name is "x" or "1" or "moved" || file.Name.Contains("..", StringComparison.Ordinal));
            Assert.False(File.Exists(Path.Combine(storage.Parent.FullName, "x")));
        }
        finally
        {
            File.Delete(outside);
        }
    }

    private async Task<Func<string, string, (string, string)[], Task<Answer>>> DavAsync()
    {
        var login = await BasicAsync();
        return (method, target, headers) => Cozy.With(null).SendAsync(method, target, method == "PUT" ? RestClient.Body("attack") : null, [("Authorization", login), .. headers]);
    }

    private string? basic;

    private async Task<string> BasicAsync() => basic ??= NextcloudApp.Basic(
        "cozy", (await Fixture.Server.AdminAsync(HttpMethod.Post, "/instances/app-passwords", ("Domain", Cozy.Domain), ("Name", "test"))).Text.Trim());
}
