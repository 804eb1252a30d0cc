using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using RemoteFiles.Files;
using RemoteFiles.Nextcloud;
using RemoteFiles.Tests.Nextcloud;
using Shared.Faults;

namespace RemoteFiles.Tests.Security;

/// <summary>A server that means harm: whatever it sends, and for how long, it ends as a fault that names it, in little memory.</summary>
public sealed class HostileSourceTests : IAsyncDisposable
{
    private const string Home = "/remote.php/dav/files/carol/";
    private const string Listed = "HTTP/1.1 207 Multi-Status\r\n";
    private const string Chunked = Listed + "Content-Type: application/xml\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly RemoteNextcloud nextcloud = new(new NextcloudOptions { AllowPrivateNetworks = true, IdleTimeout = Patience, AnswerTimeout = Patience, MostEntries = 20_000 });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Theory]
    [InlineData("<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><d:multistatus xmlns:d=\"DAV:\">&x;</d:multistatus>")] // external entities
    [InlineData("<!DOCTYPE d SYSTEM \"http://127.0.0.1:1/x.dtd\"><d:multistatus xmlns:d=\"DAV:\"/>")]
    [InlineData("<!DOCTYPE d PUBLIC \"x\" \"http://127.0.0.1:1/x.dtd\"><d:multistatus xmlns:d=\"DAV:\"/>")]
    [InlineData("<!DOCTYPE d [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\"> %p;]><d:multistatus xmlns:d=\"DAV:\"/>")]
    [InlineData("<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><d:multistatus xmlns:d=\"DAV:\">&b;&b;</d:multistatus>")]
    [InlineData("<!DOCTYPE d [<!ATTLIST d x CDATA \"y\">]><d:multistatus xmlns:d=\"DAV:\"/>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"utf-7\"?><d:multistatus xmlns:d=\"DAV:\"/>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"no-such\"?><d:multistatus xmlns:d=\"DAV:\"/>")]
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>&undeclared;</d:href></d:response></d:multistatus>")]
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>&#0;</d:href></d:response></d:multistatus>")]
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><x:y/></d:multistatus>")]
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\"/></d:multistatus>")]
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>/remote.php/dav/files/carol/../../../etc/passwd</d:href></d:response></d:multistatus>")]
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>/remote.php/dav/files/carol/%2e%2e/x</d:href></d:response></d:multistatus>")]
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>http://elsewhere.example/a</d:href></d:response></d:multistatus>")] // foreign addresses
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>javascript:alert(1)</d:href></d:response></d:multistatus>")]
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>file:///etc/passwd</d:href></d:response></d:multistatus>")]
    [InlineData("<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>\\\\server\\share</d:href></d:response></d:multistatus>")]
    public async Task A_listing_with_a_trap_in_it_is_refused(string xml)
    {
        nextcloud.Server.Then(Listing.Whole(xml));

        await RefusedAsync(List);
    }

    [Theory]
    [InlineData("a name", "<d:response><d:href>/remote.php/dav/files/carol/", "a")]
    [InlineData("depth", "", "<a>")]
    [InlineData("elements that are no entries", "", "<a/>")]
    [InlineData("space between entries", "", "          ")]
    [InlineData("comments", "", "<!-- x -->")]
    [InlineData("instructions", "", "<?x y?>")]
    [InlineData("one entry's properties", "<d:response><d:href>/remote.php/dav/files/carol/a</d:href><d:propstat><d:prop>", "<d:x>1</d:x>")]
    [InlineData("one entry's attributes", "<d:response ", "a{0}=\"b\" ")]
    [InlineData("namespaces", "<d:response ", "xmlns:a{0}=\"b{0}\" ")]
    [InlineData("one property's text", "<d:response><d:propstat><d:prop><d:getetag>", "x")]
    public async Task What_has_no_end_is_ended(string what, string start, string more)
    {
        FloodWith(Chunked, Chunk(Listing.Start + start), i => Chunk(string.Concat(Enumerable.Range(0, 1000).Select(k => more.Replace("{0}", $"{i}n{k}", StringComparison.Ordinal)))));

        var thrown = await RefusedAsync(List);

        Assert.NotEmpty(what);
        Assert.Contains(nextcloud.Server.Host, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listing_of_millions_is_handed_on_as_it_comes_and_ends_at_the_most_that_can_be()
    {
        FloodWith(Chunked, Chunk(Listing.Start + Listing.Folder(Home)), i => Chunk(string.Concat(Enumerable.Range(0, 100).Select(k => Listing.File($"{Home}{i}-{k}", 1)))));
        var count = 0;

        var thrown = await Assert.ThrowsAsync<FaultException>(async () =>
        {
            await foreach (var _ in nextcloud.Tree.ListAsync(FilePath.Root, Ct))
            {
                count++;
            }
        });

        Assert.Equal(Fault.BadGateway, thrown.Fault);
        Assert.Equal(20_000 - 1, count);
    }

    [Theory]
    [InlineData("many headers", Listed, "X-{0}: x\r\n")]
    [InlineData("one header", Listed + "X-Long: ", "xxxxxxxxxxxxxxxx")]
    [InlineData("a status line", "HTTP/1.1 200 ", "xxxxxxxxxxxxxxxx")]
    [InlineData("folded headers", Listed + "X-Long: x", "\r\n x")]
    [InlineData("answers before the answer", "", "HTTP/1.1 103 Early Hints\r\n\r\n")]
    [InlineData("a chunk's extension", Chunked + "1;", "xxxxxxxxxxxxxxxx")]
    [InlineData("a chunk's length", Chunked, "0000000000000000")]
    [InlineData("cookies", Listed, "Set-Cookie: a{0}=b\r\n")]
    public async Task A_head_without_end_is_ended(string what, string start, string more)
    {
        FloodWith(start, [], i => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(more.Replace("{0}", $"{i}", StringComparison.Ordinal), 100))));

        await RefusedAsync(List);

        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task Trailers_without_end_are_ended()
    {
        FloodWith(Chunked, [.. Chunk(Listing.Start + Listing.Folder(Home) + Listing.End), .. "0\r\n"u8], i => Encoding.ASCII.GetBytes($"X-{i}: {new string('x', 1000)}\r\n"));

        await RefusedAsync(List);
    }

    [Fact]
    public async Task A_head_that_drips_is_given_up_at_its_time()
    {
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await UntilGoneAsync(exchange, _ => "X"u8.ToArray(), "HTTP/1.1 207 Multi-Status\r\nX-Drip: ", TimeSpan.FromMilliseconds(20));
        });

        Assert.Contains("silent for too long", (await RefusedAsync(List)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 207 Multi-Status\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 207 Multi-Status\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 207 Multi-Status\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef")]
    [InlineData("HTTP/1.1 207 Multi-Status\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nxyz")]
    [InlineData("HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")]
    [InlineData("HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")]
    [InlineData("HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/9.9 207 Multi-Status\r\n\r\n")]
    [InlineData("HTTP/1.1 -7 Minus\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("\0\0\0\0\0\0\0\0\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    public async Task What_is_no_HTTP_is_a_fault(string answer)
    {
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.SendAsync(answer);
            exchange.Close();
        });

        await RefusedAsync(List);
    }

    [Theory]
    [InlineData("getcontentlength", "-1")]
    [InlineData("getcontentlength", "-9223372036854775808")]
    [InlineData("getcontentlength", "99999999999999999999999")]
    [InlineData("getcontentlength", "1e9")]
    [InlineData("getcontentlength", "٣")]
    [InlineData("getetag", "\"é\u2028\"")]
    [InlineData("getetag", "\"a\nX-Injected: 1\"")]
    [InlineData("getcontenttype", "text/html\nX-Injected: 1")]
    [InlineData("getcontenttype", "text/é")]
    [InlineData("getlastmodified", "Fri, 31 Feb 99999 25:61:61 GMT")]
    public async Task A_property_that_cannot_be_is_none(string property, string value)
    {
        var properties = new Dictionary<string, string> { ["getcontentlength"] = "3", ["getetag"] = "\"e\"", ["getcontenttype"] = "text/plain", ["getlastmodified"] = "Sat, 21 Nov 2026 17:36:04 GMT" };
        properties[property] = value;
        var xml = string.Concat(properties.Select(one => $"<d:{one.Key}>{System.Security.SecurityElement.Escape(one.Value)}</d:{one.Key}>"));
        nextcloud.Server.Then(Listing.Of(Listing.Folder(Home), Listing.Response(Home + "a", $"<d:resourcetype/><oc:fileid xmlns:oc=\"http://owncloud.org/ns\">2</oc:fileid>{xml}")));

        var entry = Assert.Single(await nextcloud.Tree.ListAsync(FilePath.Root, Ct).ReadAllAsync());

        Assert.True(property switch
        {
            "getcontentlength" => entry.Size is null,
            "getetag" => entry.ETag.Length == 0,
            "getcontenttype" => entry.ContentType.Length == 0,
            _ => entry.ModifiedAt is null,
        });
    }

    [Fact]
    public async Task A_tree_without_end_ends_where_no_path_can_be_as_long()
    {
        nextcloud.Server.Then(Listing.Of(Listing.Folder(Home), Listing.File(Home + new string('a', 40_000), 1)));

        await RefusedAsync(List);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_body_that_would_grow_when_unpacked_is_never_unpacked(string encoding)
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[20_000_000], Ct);
        }

        nextcloud.Server.Then([.. Encoding.ASCII.GetBytes($"{Listed}Content-Encoding: {encoding}\r\nContent-Length: {bomb.Length}\r\n\r\n"), .. bomb.ToArray()]);

        await RefusedAsync(List);
        Assert.Equal("identity", nextcloud.Request.Headers["Accept-Encoding"]);
    }

    [Theory]
    [InlineData(8, 3, "a")] // deflated: it would have to be unpacked
    [InlineData(0, -1, "a")]
    [InlineData(0, long.MaxValue, "a")]
    [InlineData(0, 3, "../a")]
    [InlineData(0, 3, "/etc/passwd")]
    [InlineData(0, 3, "a/../../b")]
    [InlineData(0, 3, "..\\a")]
    [InlineData(0, 3, "b")]
    public async Task An_entry_of_an_archive_that_was_not_asked_for_or_is_not_as_it_should_be_brings_nothing(ushort method, long size, string name)
    {
        nextcloud.Server.Then([.. "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nTransfer-Encoding: chunked\r\n\r\n"u8, .. Recording.Chunk([.. Header(method, size, name), .. "one"u8, .. new byte[64]]), .. "0\r\n\r\n"u8]);

        var came = new List<WholeFile>();
        var thrown = await Record.ExceptionAsync(async () => came.AddRange(await nextcloud.Tree.ReadManyAsync(One, Ct).ReadAllAsync()));

        Assert.True(thrown is null or FaultException { Fault: Fault.BadGateway });
        Assert.Empty(came);
    }

    [Theory]
    [InlineData("folders")]
    [InlineData("a directory at its end")]
    public async Task An_archive_without_end_is_ended(string what)
    {
        var folder = Header(0, 0, "a folder/");
        var piece = what == "folders" ? Enumerable.Repeat(folder, 1000).SelectMany(bytes => bytes).ToArray() : [.. "PK\u0001\u0002"u8, .. new byte[60_000]];
        FloodWith("HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nTransfer-Encoding: chunked\r\n\r\n", [], _ => Recording.Chunk(piece));

        await RefusedAsync(async () => await nextcloud.Tree.ReadManyAsync(One, Ct).ReadAllAsync());
    }

    private static FileBatch One => new([new Entry { Id = "2", Path = FilePath.Parse("/a"), IsFolder = false, Size = 3 }], new HashSet<FilePath>());

    private Task List() => nextcloud.Tree.ListAsync(FilePath.Root, Ct).ReadAllAsync();

    private async Task<FaultException> RefusedAsync(Func<Task> ask)
    {
        var thrown = await Assert.ThrowsAsync<FaultException>(ask);
        Assert.Equal(Fault.BadGateway, thrown.Fault);
        await nextcloud.Server.StopAsync();
        return thrown;
    }

    private void FloodWith(string head, byte[] start, Func<int, byte[]> more)
    {
        // A question that breaks off may be asked once more.
        for (var times = 0; times < 2; times++)
        {
            nextcloud.Server.Then(async exchange =>
            {
                await exchange.ReadBodyAsync();
                await exchange.SendAsync([.. Encoding.ASCII.GetBytes(head), .. start]);
                await UntilGoneAsync(exchange, more, "", TimeSpan.Zero);
            });
        }
    }

    private static async Task UntilGoneAsync(Exchange exchange, Func<int, byte[]> more, string start, TimeSpan pause)
    {
        await exchange.SendAsync(start);
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (var i = 0; ; i++)
            {
                await exchange.SendAsync(more(i));
                await Task.Delay(pause, Ct);
            }
        });
    }

    private static byte[] Chunk(string text) => Recording.Chunk(Encoding.UTF8.GetBytes(text));

    private static byte[] Header(ushort method, long size, string name)
    {
        var header = new byte[30];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034B50);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), method);
        header.AsSpan(18, 8).Fill(0xFF);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), (ushort)name.Length);
        header[28] = 20;
        var extra = new byte[20];
        (extra[0], extra[2]) = (1, 16);
        BinaryPrimitives.WriteInt64LittleEndian(extra.AsSpan(4), size);
        return [.. header, .. Encoding.UTF8.GetBytes(name), .. extra];
    }
}
