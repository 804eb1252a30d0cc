using System.Text;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Listings that are allowed and not what Nextcloud 32.0.1 writes, and listings that are not allowed.</summary>
public sealed class MultiStatusTests : IAsyncDisposable
{
    private const string Work = "/remote.php/dav/files/carol/Work/";
    private static readonly FilePath Folder = FilePath.Parse("/Work");

    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Theory]
    [InlineData("/remote.php/dav/files/carol/Work")]
    [InlineData("/remote.php/dav/files/carol/Work/")]
    [InlineData("/remote.php/dav/files/carol/%57ork/")]
    [InlineData("//remote.php/dav/files/carol/Work/")]
    [InlineData("https://elsewhere.example/remote.php/dav/files/carol/Work/")]
    [InlineData("\n  /remote.php/dav/files/carol/Work/\n")]
    public async Task The_folder_itself_is_left_out_however_and_wherever_it_is_written(string self)
    {
        Answer(Listing.File(Work + "a.txt", 1), Listing.Folder(self), Listing.Folder(Work + "b"));

        Assert.Equal(["/Work/a.txt", "/Work/b"], await NamesAsync());
    }

    [Fact]
    public async Task Names_are_decoded_once_whatever_the_case_of_the_escapes()
    {
        string[] raw = ["100%25%20%2b.txt", "a%2520b", "%C3%A9%c3%a9", "+é😀"];
        Answer([Listing.Folder(Work), .. raw.Select(name => Listing.File(Work + name, 1))]);

        Assert.Equal(["/Work/100% +.txt", "/Work/a%20b", "/Work/éé", "/Work/+é😀"], await NamesAsync());
    }

    [Fact]
    public async Task Namespaces_count_and_prefixes_do_not()
    {
        nextcloud.Server.Then(Listing.Whole($"""
            <multistatus xmlns="DAV:" xmlns:x="http://owncloud.org/ns" xmlns:d="urn:other"><responsedescription>two</responsedescription>
            <response><href>{Work}</href><propstat><prop><resourcetype><collection/></resourcetype><x:fileid>1</x:fileid></prop>
            <status>HTTP/1.1 200 OK</status></propstat></response>
            <response><href>{Work}a</href><propstat><prop><resourcetype><d:collection/></resourcetype><x:fileid>2</x:fileid>
            <getcontentlength><![CDATA[7]]></getcontentlength></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>
            """));

        var entry = Assert.Single(await nextcloud.Tree.ListAsync(Folder, Ct).ReadAllAsync());

        Assert.Equal(("2", false, 7L), (entry.Id, entry.IsFolder, entry.Size));
    }

    [Fact]
    public async Task Only_properties_that_were_found_count()
    {
        Answer(Listing.Folder(Work), Listing.File(Work + "a", 1).Replace(
            "</d:response>",
            "<d:propstat><d:prop><d:getcontentlength>99</d:getcontentlength><d:getetag>no</d:getetag></d:prop>"
            + "<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>",
            StringComparison.Ordinal));

        var entry = Assert.Single(await nextcloud.Tree.ListAsync(Folder, Ct).ReadAllAsync());

        Assert.Equal((1L, "\"e\""), (entry.Size, entry.ETag));
    }

    [Theory]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", null)]
    [InlineData("Fri, 02 Jan 1970 00:00:00 GMT", null)]
    [InlineData("yesterday", null)]
    [InlineData("", null)]
    [InlineData("Mon, 05 Jan 1970 00:00:01 GMT", 345601L)]
    public async Task A_date_that_cannot_be_is_none(string date, long? seconds)
    {
        Answer(Listing.Folder(Work), Listing.File(Work + "a", 1, date: date));

        Assert.Equal(seconds, Assert.Single(await nextcloud.Tree.ListAsync(Folder, Ct).ReadAllAsync()).ModifiedAt?.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("-1", null)]
    [InlineData("", null)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public async Task The_size_of_a_folder_that_was_not_counted_is_unknown(string size, long? known)
    {
        nextcloud.Server.Then(Listing.Of(Listing.Folder(Work, size)));

        Assert.Equal(known, (await nextcloud.Tree.StatAsync(Folder, Ct))!.Size);
    }

    [Theory]
    [InlineData("/remote.php/dav/files/carol/Other/a.txt")]
    [InlineData("/remote.php/dav/files/carol/Work/deeper/a.txt")]
    [InlineData("/remote.php/dav/files/dave/Work/a.txt")]
    [InlineData("/remote.php/dav/files/carol/Work/%2e%2e/a.txt")]
    [InlineData("/remote.php/dav/files/carol/Work/a%2Fb")]
    [InlineData("/remote.php/dav/files/carol/Work/a%00b")]
    [InlineData("/remote.php/dav/files/carol/Work/%FF")]
    [InlineData("/remote.php/dav/files/carol/Work/%zz")]
    [InlineData("/remote.php/dav/files/carol/Work/%4")]
    [InlineData("a.txt")]
    [InlineData("")]
    public async Task An_address_that_is_no_child_of_the_folder_is_refused(string href)
    {
        Answer(Listing.Folder(Work), Listing.File(href, 1));

        var thrown = await RefusedAsync();

        Assert.Equal($"{nextcloud.Server.Host} lists what is not below the folder asked for", thrown.Message);
    }

    [Theory]
    [InlineData("<d:response><d:href>" + Work + "a</d:href><d:status>HTTP/1.1 403 Forbidden</d:status></d:response>")]
    [InlineData("<d:response><d:href>" + Work + "a</d:href></d:response>")]
    [InlineData("<x>")]
    public async Task An_entry_that_cannot_be_known_is_not_left_out(string response)
    {
        Answer(Listing.Folder(Work), response);

        await RefusedAsync();
    }

    [Fact]
    public async Task The_home_of_somebody_else_is_not_an_empty_folder()
    {
        Answer(Listing.Response(Work, "<d:resourcetype><d:collection/></d:resourcetype>")); // as 32.0.1 answers, in one response

        await RefusedAsync();
    }

    [Fact]
    public async Task A_listing_without_the_folder_is_not_an_empty_folder()
    {
        Answer();

        await RefusedAsync();
    }

    [Theory]
    [InlineData("<html><head><title>Log in</title></head></html>")]
    [InlineData("<!DOCTYPE html><html><body><p>Log in<br></body></html>")]
    [InlineData("{\"ocs\":{}}")]
    [InlineData("")]
    public async Task Something_else_with_the_right_status_is_refused(string body)
    {
        nextcloud.Server.Then(Listing.Whole(body, "text/html"));

        var thrown = await RefusedAsync();

        Assert.Equal($"{nextcloud.Server.Host} answers what is not a WebDAV listing, or not a whole one", thrown.Message);
    }

    [Fact]
    public async Task Entities_do_not_grow()
    {
        var laughs = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol0 \"lol\">");
        for (var level = 1; level < 10; level++)
        {
            laughs.Append($"<!ENTITY lol{level} \"{string.Concat(Enumerable.Repeat($"&lol{level - 1};", 10))}\">");
        }

        nextcloud.Server.Then(Listing.Whole(laughs.Append("]><d:multistatus xmlns:d=\"DAV:\">&lol9;</d:multistatus>").ToString()));

        await RefusedAsync();
    }

    [Fact]
    public async Task A_name_without_end_is_refused_long_before_memory_ends()
    {
        nextcloud.Server.Then(exchange => FloodAsync(exchange, Listing.Start + "<d:response><d:href>", new string('a', 16 * 1024)));

        var thrown = await RefusedAsync();

        Assert.Equal($"{nextcloud.Server.Host} answers with more than can be meant", thrown.Message);
    }

    [Fact]
    public async Task Nesting_without_end_is_refused()
    {
        nextcloud.Server.Then(exchange => FloodAsync(exchange, Listing.Start, string.Concat(Enumerable.Repeat("<a>", 1000))));

        await RefusedAsync();
    }

    [Fact]
    public async Task Entries_are_handed_on_before_the_listing_has_ended()
    {
        var seen = new TaskCompletionSource();
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.SendAsync(Listing.Begin(Listing.Folder(Work), Listing.File(Work + "a", 1)));
            await seen.Task;
            await exchange.SendAsync([.. Recording.Chunk(Encoding.UTF8.GetBytes(Listing.End)), .. "0\r\n\r\n"u8]);
        });

        await foreach (var entry in nextcloud.Tree.ListAsync(Folder, Ct))
        {
            seen.SetResult();
        }

        await nextcloud.Server.PlayedAsync();
    }

    [Fact]
    public async Task A_hundred_thousand_entries_pass_through_little_memory()
    {
        nextcloud.Server.Then(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.SendAsync(Listing.Begin(Listing.Folder(Work)));
            for (var i = 0; i < 100; i++)
            {
                var thousand = Enumerable.Range(i * 1000, 1000).Select(n => Listing.File($"{Work}{n}", n));
                await exchange.SendAsync(Recording.Chunk(Encoding.UTF8.GetBytes(string.Concat(thousand))));
            }

            await exchange.SendAsync([.. Recording.Chunk(Encoding.UTF8.GetBytes(Listing.End)), .. "0\r\n\r\n"u8]);
        });
        var count = 0;

        await foreach (var entry in nextcloud.Tree.ListAsync(Folder, Ct))
        {
            Assert.Equal(count++, entry.Size);
        }

        Assert.Equal(100_000, count);
    }

    private static async Task FloodAsync(Exchange exchange, string start, string more)
    {
        await exchange.ReadBodyAsync();
        await exchange.SendAsync([.. Listing.Head(), .. Recording.Chunk(Encoding.UTF8.GetBytes(start))]);
        var piece = Recording.Chunk(Encoding.UTF8.GetBytes(more));
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await exchange.SendAsync(piece); // until the client hangs up
            }
        });
    }

    private void Answer(params string[] responses) => nextcloud.Server.Then(Listing.Of(responses));

    private async Task<string[]> NamesAsync() =>
        [.. (await nextcloud.Tree.ListAsync(Folder, Ct).ReadAllAsync()).Select(entry => entry.Path.ToString())];

    private async Task<FaultException> RefusedAsync()
    {
        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.ListAsync(Folder, Ct).ReadAllAsync());
        Assert.Equal(Fault.BadGateway, thrown.Fault);
        return thrown;
    }
}
