using System.Globalization;
using System.IO.Compression;
using System.Text;
using Dapper;
using RemoteFiles.Drive;
using RemoteFiles.Tests.Routes;
using Tests.Storage;

namespace RemoteFiles.Tests.Dav;

/// <summary>Long listings: streamed, compressed for those who ask, and never closed before their end.</summary>
[Collection(AloneCollection.Name)]
public sealed class DavListingTests(DavFixture fixture) : DavTest(fixture)
{
    private const int Count = 50_000;
    private const int Sampled = 4 << 20;
    private const long MostMemory = 100L << 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listing_is_compressed_when_gzip_is_accepted_and_a_file_is_not()
    {
        await PutAsync($"{Folder}/f.xml", "<a>" + new string(' ', 10_000) + "</a>");
        var plain = await AskAsync("PROPFIND", Folder, null, ("Depth", "1"));

        var answer = await AskAsync("PROPFIND", Folder, null, ("Depth", "1"), ("Accept-Encoding", "gzip, deflate"));
        var file = await AskAsync("GET", $"{Folder}/f.xml", null, ("Accept-Encoding", "gzip, deflate"));

        Assert.Equal((207, "gzip", "application/xml; charset=utf-8"), (answer.Status, answer.Header("Content-Encoding"), answer.ContentType));
        Assert.Contains("Accept-Encoding", plain.Header("Vary"));
        await using var unpacked = new GZipStream(new MemoryStream(answer.Body), CompressionMode.Decompress);
        Assert.Equal(plain.Text, await new StreamReader(unpacked).ReadToEndAsync(Ct));
        Assert.Equal((null, "10007"), (file.Header("Content-Encoding"), file.Header("Content-Length")));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    public async Task Fifty_thousand_entries_need_little_memory_and_a_failure_among_them_cuts_the_answer_off(string encoding)
    {
        await PutAsync($"{Folder}/f", "hello");
        await MultiplyAsync((await StatAsync($"{Folder}/f", "<oc:fileid/>")).Value, Count - 1);

        var whole = await ReadListingAsync(encoding);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Count} entries, {whole.Bytes} bytes of XML ({encoding}): at most {whole.Grown / 1024} KiB more in use");
        Assert.Equal((Count + 1, true, false), (whole.Entries, whole.IsClosed, whole.IsCut));
        Assert.InRange(whole.Grown, long.MinValue, MostMemory);

        // A row near the end that cannot be read.
        await ExecuteAsync("UPDATE nodes SET annotations = '{broken' WHERE file_id = (SELECT MAX(file_id) FROM nodes)");
        var cut = await ReadListingAsync(encoding);
        await ExecuteAsync("UPDATE nodes SET annotations = '{}'");
        Assert.Equal((false, true), (cut.IsClosed, cut.IsCut));
        Assert.InRange(cut.Entries, 1, Count);
    }

    private async Task<(int Entries, long Bytes, long Grown, bool IsClosed, bool IsCut)> ReadListingAsync(string encoding)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var answer = await Fixture.Client.OpenAsync(
            "PROPFIND", TargetOf(Folder), null, ("Depth", "1"), ("Accept-Encoding", encoding), ("Authorization", Fixture.Login));
        Assert.Equal(encoding == "gzip", answer.Content.Headers.ContentEncoding.Contains("gzip"));
        await using var raw = await answer.Content.ReadAsStreamAsync(Ct);
        await using var body = encoding == "gzip" ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        var (entries, bytes, grown, tail, buffer) = (0, 0L, 0L, "", new byte[64 * 1024]);
        try
        {
            for (var read = await body.ReadAsync(buffer, Ct); read > 0; read = await body.ReadAsync(buffer, Ct))
            {
                var text = tail + Encoding.Latin1.GetString(buffer, 0, read);
                entries += text.Split("<d:response>").Length - 1;
                tail = text[^Math.Min(text.Length, 11)..];
                if ((bytes / Sampled) != ((bytes += read) / Sampled))
                {
                    grown = Math.Max(grown, GC.GetTotalMemory(forceFullCollection: true) - before);
                }
            }

            return (entries, bytes, grown, IsEnd(tail), IsCut: false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return (entries, bytes, grown, IsEnd(tail), IsCut: true);
        }
    }

    private static bool IsEnd(string tail) => tail.EndsWith("tistatus>", StringComparison.Ordinal);

    // As many uploads would make them, in a second.
    private async Task MultiplyAsync(string fileId, int copies)
    {
        var hex = TestEngine.IsPostgres ? "md5(random()::text)" : "lower(hex(randomblob(16)))";
        var columns = NodeSql.Insert.Split('(', ')')[1].Split(',', StringSplitOptions.TrimEntries);
        var values = columns.Select(column => column switch
        {
            "file_id" => "(SELECT last FROM node_file_ids) + i",
            "id" or "etag" or "revision" => hex,
            "name" => $"'copy-' || CAST(100000 + i AS TEXT) || {hex}",
            _ => column,
        });
        await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies})
            INSERT INTO nodes ({string.Join(", ", columns)}) SELECT {string.Join(", ", values)} FROM nodes, n WHERE file_id = {fileId};
            UPDATE node_file_ids SET last = last + {copies};
            """));
    }

    private Task ExecuteAsync(string sql) => Fixture.Server.Database.WriteAsync(db => db.ExecuteAsync(sql), Ct);
}
