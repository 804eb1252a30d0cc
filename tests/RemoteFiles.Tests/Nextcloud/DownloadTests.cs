using System.Text;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Nextcloud;

public sealed class DownloadTests : IAsyncDisposable
{
    private static readonly FilePath Name = FilePath.Parse("/a.txt");

    private readonly RemoteNextcloud nextcloud = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => nextcloud.DisposeAsync();

    [Fact]
    public async Task A_body_cut_half_way_is_a_failure_after_the_bytes_that_came()
    {
        nextcloud.Server.Then(Listed(10)).Then(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            exchange.Close();
        });

        await AssertReadAsync("hello", $"{nextcloud.Server.Host} closed the connection before its answer was whole");
    }

    [Fact]
    public async Task A_chunked_body_that_ends_in_good_order_but_short_is_a_failure()
    {
        nextcloud.Server.Then(Listed(10)).Then(Chunked("hello"));

        await AssertReadAsync("hello", $"{nextcloud.Server.Host} sent 5 bytes of a body that has 10");
    }

    [Fact]
    public async Task A_body_longer_than_the_file_is_a_failure()
    {
        nextcloud.Server.Then(Listed(4)).Then(Chunked("hello"));

        await AssertReadAsync("", $"{nextcloud.Server.Host} sent 5 bytes of a body that has 4");
    }

    [Fact]
    public async Task A_body_without_a_length_has_that_of_the_listing()
    {
        nextcloud.Server.Then(Listed(5)).Then(Chunked("hello"));

        await using var download = await nextcloud.Tree.OpenAsync(Name, 0, Ct);

        Assert.Equal(5, download.Length);
        Assert.Equal("hello", await new StreamReader(download.Body).ReadToEndAsync(Ct));
    }

    [Fact]
    public async Task Headers_that_contradict_the_listing_are_refused()
    {
        nextcloud.Server.Then(Listed(10)).ThenAnswer("200 OK", "hello").Then(Listed(10));

        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.OpenAsync(Name, 0, Ct));

        Assert.Equal((Fault.BadGateway, $"{nextcloud.Server.Host} lists 10 bytes of /a.txt and sends 5"), (thrown.Fault, thrown.Message));
    }

    [Fact]
    public async Task A_file_that_changes_before_it_is_opened_comes_with_its_new_facts()
    {
        nextcloud.Server.Then(Listed(10, "old")).ThenAnswer("200 OK\r\nETag: \"new\"", "hello").Then(Listed(5, "new"));

        await using var download = await nextcloud.Tree.OpenAsync(Name, 0, Ct);

        Assert.Equal(("\"new\"", 5L), (download.Entry.ETag, download.Length));
        Assert.Equal("hello", await new StreamReader(download.Body).ReadToEndAsync(Ct));
    }

    [Fact]
    public async Task A_file_that_changes_within_a_second_comes_whole_though_its_ETag_is_the_same()
    {
        nextcloud.Server.Then(Listed(10)).ThenAnswer("200 OK\r\nETag: \"e\"", "hello").Then(Listed(5));

        await using var download = await nextcloud.Tree.OpenAsync(Name, 0, Ct);

        Assert.Equal((5L, 5L), (download.Entry.Size, download.Length));
        Assert.Equal("hello", await new StreamReader(download.Body).ReadToEndAsync(Ct));
    }

    [Fact]
    public async Task A_file_that_changes_all_the_time_is_not_mixed()
    {
        nextcloud.Server.Then(Listed(5, "one")).ThenAnswer("200 OK\r\nETag: \"two\"", "hello").Then(Listed(5, "three"));

        Assert.Equal(Fault.Changing, (await nextcloud.FaultOfAsync(() => nextcloud.Tree.OpenAsync(Name, 0, Ct))).Fault);
    }

    [Fact]
    public async Task A_file_that_was_listed_is_opened_with_one_request()
    {
        nextcloud.Server.Then(Listed(5)).ThenAnswer("200 OK\r\nETag: \"e\"", "hello");
        var known = await nextcloud.Tree.StatAsync(Name, Ct);

        await using var download = await nextcloud.Tree.OpenAsync(known!, 0, Ct);

        Assert.Equal("hello", await new StreamReader(download.Body).ReadToEndAsync(Ct));
        Assert.Equal(["PROPFIND", "GET"], nextcloud.Server.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task A_file_that_was_listed_and_is_a_folder_now_is_not_found()
    {
        nextcloud.Server.Then(Listed(5)).Then("26-get-dir").Then(Listing.Of(Listing.Folder("/remote.php/dav/files/carol/a.txt/")));
        var known = await nextcloud.Tree.StatAsync(Name, Ct);

        Assert.Equal(Fault.NotFound, (await nextcloud.FaultOfAsync(() => nextcloud.Tree.OpenAsync(known!, 0, Ct))).Fault);
    }

    [Fact]
    public async Task A_server_without_ranges_is_not_read_from_an_offset()
    {
        nextcloud.Server.Then(Listed(5)).ThenAnswer("200 OK", "hello");

        Assert.Equal(Fault.BadGateway, (await nextcloud.FaultOfAsync(() => nextcloud.Tree.OpenAsync(Name, 2, Ct))).Fault);
    }

    [Fact]
    public async Task At_the_end_of_a_file_nothing_is_left_and_beyond_it_is_an_error()
    {
        nextcloud.Server.Then(Listed(5)).Then(Listed(5)).ThenAnswer("416 Requested Range Not Satisfiable");

        await using var end = await nextcloud.Tree.OpenAsync(Name, 5, Ct);
        var thrown = await nextcloud.FaultOfAsync(() => nextcloud.Tree.OpenAsync(Name, 6, Ct));

        Assert.Equal((0L, Fault.Invalid, "Range"), (end.Length, thrown.Fault, thrown.Parameter));
    }

    private static byte[] Listed(long size, string etag = "e") => Listing.Of(Listing.File("/remote.php/dav/files/carol/a.txt", size, etag));

    private static byte[] Chunked(string body) =>
        [.. "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8, .. Recording.Chunk(Encoding.ASCII.GetBytes(body)), .. "0\r\n\r\n"u8];

    private async Task AssertReadAsync(string came, string message)
    {
        await using var download = await nextcloud.Tree.OpenAsync(Name, 0, Ct);
        using var target = new MemoryStream();

        var thrown = await nextcloud.FaultOfAsync(() => download.Body.CopyToAsync(target, Ct));

        Assert.Equal((Fault.BadGateway, message, came), (thrown.Fault, thrown.Message, Encoding.ASCII.GetString(target.ToArray())));
    }
}
