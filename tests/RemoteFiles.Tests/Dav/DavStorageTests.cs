using Dapper;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Dav;

/// <summary>What clients see of the storage: the same from every process, and trouble as trouble, never as "not there".</summary>
public sealed class DavStorageTests(DavFixture fixture) : DavTest(fixture)
{
    private const string Lock =
        """<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_process_over_the_same_data_shows_the_same_ETags_and_knows_the_locks()
    {
        await AskAsync("MKCOL", $"{Folder}/d");
        await PutAsync($"{Folder}/d/f", "hello");
        var token = (await AskAsync("LOCK", $"{Folder}/d/f", Lock)).Header("Lock-Token")!;
        await AskAsync("MKCOL", $"/remote.php/dav/uploads/alma/{Folder[1..]}");
        await PutAsync($"/remote.php/dav/uploads/alma/{Folder[1..]}/1", "part");
        var before = await ListAsync("/", "<d:getetag/><oc:id/><oc:size/><d:getlastmodified/>", "infinity");

        for (var start = 0; start < 2; start++)
        {
            await using var other = await RestServer.StartAsync(("Storage:Directory", Fixture.Server.Data));
            other.Clock.Shift = Fixture.Server.Clock.Shift;
            var there = other.Client(DavFixture.Domain, null);
            Task<Answer> AskThereAsync(string method, string path, HttpContent? body = null, params (string Name, string Value)[] headers) =>
                there.SendAsync(method, TargetOf(path), body, [.. headers, ("Authorization", Fixture.Login)]);

            var listed = await AskThereAsync("PROPFIND", "/", RestClient.Body(Question("<d:getetag/><oc:id/><oc:size/><d:getlastmodified/>")), ("Depth", "infinity"));
            Assert.Equal(before.Select(Line), Read(listed).Select(Line));
            Fails(423, "FileLocked", await AskThereAsync("PUT", $"{Folder}/d/f", RestClient.Body("other")));
            Expect.Status(204, await AskThereAsync("PUT", $"{Folder}/d/f", RestClient.Body("hello"), ("If", $"({token})")));
            Assert.Equal(await ETagAsync($"{Folder}/d/f"), (await AskThereAsync("HEAD", $"{Folder}/d/f")).Header("ETag"));
            Expect.Status(207, await AskThereAsync("PROPFIND", $"/remote.php/dav/uploads/alma/{Folder[1..]}/1"));
            before = await ListAsync("/", "<d:getetag/><oc:id/><oc:size/><d:getlastmodified/>", "infinity");
        }
    }

    [Theory]
    [InlineData("app_passwords")]
    [InlineData("nodes uploads node_locks node_versions")]
    public async Task A_database_that_cannot_be_read_is_503_for_every_method_and_never_404(string tables)
    {
        await using var own = new DavFixture();
        await own.InitializeAsync();
        async Task<Answer> AskAsync(string method, string path, string? body, (string, string) header) => await own.Client.SendAsync(
            method, TargetOf(path), body is null ? null : RestClient.Body(body), header, ("Authorization", own.Login));

        Expect.Status(201, await AskAsync("PUT", "/f", "hello", ("X-None", "")));
        await ExecuteAsync(own, string.Concat(tables.Split(' ').Select(table => $"ALTER TABLE {table} RENAME TO {table}_gone;")));
        (string Method, string Path, string? Body, (string, string) Header)[] requests =
        [
            ("GET", "/f", null, default), ("PROPFIND", "/", null, ("Depth", "1")), ("PROPFIND", "/remote.php/webdav/", null, ("Depth", "0")),
            ("PUT", "/f", "other", default), ("PUT", "/new", "other", default), ("PATCH", "/f", null, ("X-Recalculate-Hash", "md5")),
            ("MKCOL", "/d", null, default), ("DELETE", "/f", null, default),
            ("MOVE", "/f", null, ("Destination", Files + "/g")), ("COPY", "/f", null, ("Destination", Files + "/g")),
            ("LOCK", "/f", Lock, default), ("UNLOCK", "/f", null, ("Lock-Token", "<x>")),
            ("PROPPATCH", "/f", """<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><x xmlns="x">1</x></d:prop></d:set></d:propertyupdate>""", default),
            ("REPORT", "/", """<o:filter-files xmlns:o="http://owncloud.org/ns"><o:filter-rules><o:favorite>1</o:favorite></o:filter-rules></o:filter-files>""", default),
            ("MKCOL", "/remote.php/dav/uploads/alma/x", null, default), ("PROPFIND", "/remote.php/dav/uploads/alma/x", null, default),
            ("PUT", "/remote.php/dav/uploads/alma/x/1", "x", default), ("DELETE", "/remote.php/dav/uploads/alma/x", null, default),
            ("MOVE", "/remote.php/dav/uploads/alma/x/.file", null, ("Destination", Files + "/g")),
            ("PUT", "/f-chunking-1-1-0", "x", ("OC-Chunked", "1")),
            ("PROPFIND", "/remote.php/dav/trashbin/alma/trash", null, default), ("GET", "/remote.php/dav/trashbin/alma/trash/f.d1", null, default),
            ("DELETE", "/remote.php/dav/trashbin/alma/trash", null, default),
            ("MOVE", "/remote.php/dav/trashbin/alma/trash/f.d1", null, ("Destination", "/remote.php/dav/trashbin/alma/restore/f")),
            ("PROPFIND", "/remote.php/dav/versions/alma/versions/3", null, default), ("GET", "/remote.php/dav/versions/alma/versions/3/1", null, default),
            ("MOVE", "/remote.php/dav/versions/alma/versions/3/1", null, ("Destination", "/remote.php/dav/versions/alma/restore/x")),
            ("DELETE", "/remote.php/dav/versions/alma/versions/3/1", null, default),
        ];
        foreach (var (method, path, body, header) in requests)
        {
            var answer = await AskAsync(method, path, body, header.Item1 is null ? ("X-None", "") : header);
            Assert.True(answer.Status == 503 && answer.Text.Contains("Storage is temporarily not available", StringComparison.Ordinal), $"{method} {path}: {answer}");
            Assert.NotNull(answer.Header("Retry-After"));
        }

        await ExecuteAsync(own, string.Concat(tables.Split(' ').Select(table => $"ALTER TABLE {table}_gone RENAME TO {table};")));
        Assert.Equal("hello", (await AskAsync("GET", "/f", null, ("X-None", ""))).Text);
    }

    [Fact]
    public async Task An_archive_that_fails_half_way_is_cut_off()
    {
        await PutAsync($"{Folder}/a", new string('a', 4_000_000));
        await PutAsync($"{Folder}/b", new string('b', 100_001));

        // As of a content that is not what it was.
        await ExecuteAsync(Fixture, "UPDATE blob_sums SET sums = (SELECT sha256 FROM nodes WHERE size = 100001) WHERE blob_id = (SELECT blob_id FROM nodes WHERE size = 100001)");

        using var answer = await Fixture.Client.OpenAsync("GET", TargetOf(Folder) + "?accept=zip", null, ("Authorization", Fixture.Login));

        Assert.Equal(200, (int)answer.StatusCode);
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.CopyToAsync(Stream.Null, Ct));
    }

    private static string Line((string Href, System.Xml.Linq.XElement Known) entry) => $"{entry.Href} {entry.Known}";

    private static Task ExecuteAsync(DavFixture fixture, string sql) => fixture.Server.Database.WriteAsync(db => db.ExecuteAsync(sql), Ct);
}
