using System.Globalization;

namespace RemoteFiles.Tests.Routes;

/// <summary>GET and HEAD /remote/nextcloud/:account/*path?Dl=1</summary>
public sealed class DownloadRouteTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    [Fact]
    public async Task A_file_is_downloaded_with_what_the_Nextcloud_says_of_it()
    {
        await Nextcloud.PutAsync(Folder + "/hello.txt", "hello world", LongAgo);
        var fact = await Nextcloud.StatAsync(Folder + "/hello.txt");

        var answer = await Cozy.GetAsync(Target("/hello.txt") + "?Dl=1");

        Expect.Status(200, answer);
        Assert.Equal("hello world", answer.Text);
        Assert.Equal("11", answer.Header("Content-Length"));
        Assert.StartsWith("text/plain", answer.ContentType, StringComparison.Ordinal);
        Assert.Equal("attachment; filename=\"hello.txt\"", answer.Header("Content-Disposition"));
        Assert.Equal("Tue, 01 Jan 2019 00:00:00 GMT", answer.Header("Last-Modified"));
        Assert.Equal(fact.ETag, answer.Header("ETag"));
    }

    [Theory]
    [InlineData("budget.ods", "attachment; filename=\"budget.ods\"")]
    [InlineData("my budget.ods", "attachment; filename=\"mybudget.ods\"; filename*=UTF-8''my%20budget.ods")]
    [InlineData("日本語.md", "attachment; filename=\".md\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E.md")]
    [InlineData("日本語", "attachment; filename=\"download\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E")]
    [InlineData("a;b'c.txt", "attachment; filename=\"a;b'c.txt\"")]
    public async Task The_name_of_the_download_is_given_twice_when_it_is_not_plain(string name, string disposition)
    {
        await Nextcloud.PutAsync($"{Folder}/{name}", "x");

        Assert.Equal(disposition, (await Cozy.GetAsync(Target("/" + name) + "?Dl=1")).Header("Content-Disposition"));
    }

    [Fact]
    public async Task A_quotation_mark_is_left_out_of_the_plain_name()
    {
        await Nextcloud.PutAsync(Folder + "/a\"b.txt", "x");

        var answer = await Cozy.GetAsync(Target("/a\"b.txt") + "?Dl=1");

        Assert.Equal("attachment; filename=\"ab.txt\"; filename*=UTF-8''a%22b.txt", answer.Header("Content-Disposition"));
    }

    [Theory]
    [InlineData("bytes=0-3", "hell", "bytes 0-3/11")]
    [InlineData("bytes=6-", "world", "bytes 6-10/11")]
    [InlineData("bytes=-5", "world", "bytes 6-10/11")]
    [InlineData("bytes=6-100", "world", "bytes 6-10/11")]
    public async Task A_range_is_answered_with_206(string range, string text, string contentRange)
    {
        await Nextcloud.PutAsync(Folder + "/hello.txt", "hello world");

        var answer = await Cozy.GetAsync(Target("/hello.txt") + "?Dl=1", ("Range", range));

        Expect.Status(206, answer);
        Assert.Equal(text, answer.Text);
        Assert.Equal(contentRange, answer.Header("Content-Range"));
        Assert.Equal(text.Length.ToString(CultureInfo.InvariantCulture), answer.Header("Content-Length"));
    }

    [Fact]
    public async Task A_range_beyond_the_end_is_416()
    {
        await Nextcloud.PutAsync(Folder + "/hello.txt", "hello world");

        var answer = await Cozy.GetAsync(Target("/hello.txt") + "?Dl=1", ("Range", "bytes=11-"));

        Expect.Status(416, answer);
        Assert.Equal("bytes */11", answer.Header("Content-Range"));
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task HEAD_gives_the_headers_alone()
    {
        await Nextcloud.PutAsync(Folder + "/hello.txt", "hello world", LongAgo);
        var whole = await Cozy.GetAsync(Target("/hello.txt") + "?Dl=1");

        var head = await Cozy.HeadAsync(Target("/hello.txt") + "?Dl=1");

        Expect.Status(200, head);
        Assert.Empty(head.Body);
        foreach (var name in new[] { "Content-Length", "Content-Disposition", "Last-Modified", "ETag" })
        {
            Assert.NotNull(whole.Header(name));
            Assert.Equal(whole.Header(name), head.Header(name));
        }
    }

    [Fact]
    public async Task A_file_that_the_client_has_already_is_304()
    {
        await Nextcloud.PutAsync(Folder + "/hello.txt", "hello world");
        var etag = (await Nextcloud.StatAsync(Folder + "/hello.txt")).ETag;

        var same = await Cozy.GetAsync(Target("/hello.txt") + "?Dl=1", ("If-None-Match", etag));
        var other = await Cozy.GetAsync(Target("/hello.txt") + "?Dl=1", ("If-None-Match", "\"other\""));

        Expect.Status(304, same);
        Assert.Empty(same.Body);
        Expect.Status(200, other);
        Assert.Equal("hello world", other.Text);
    }

    [Fact]
    public async Task An_empty_file_is_an_empty_download()
    {
        await Nextcloud.PutAsync(Folder + "/empty.txt", "");

        var answer = await Cozy.GetAsync(Target("/empty.txt") + "?Dl=1");

        Expect.Status(200, answer);
        Assert.Equal("0", answer.Header("Content-Length"));
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task A_folder_is_404_and_not_an_empty_page()
    {
        await Nextcloud.MakeFolderAsync(Folder + "/sub");

        Expect.NotFound("file/directory not found", await Cozy.GetAsync(Target("/sub") + "?Dl=1"));
    }

    [Fact]
    public async Task A_missing_file_is_404() => Expect.NotFound("file/directory not found", await Cozy.GetAsync(Target("/missing.txt") + "?Dl=1"));

    [Fact]
    public async Task HEAD_of_a_missing_file_is_404_without_a_body()
    {
        var answer = await Cozy.HeadAsync(Target("/missing.txt") + "?Dl=1");

        Expect.Status(404, answer);
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task A_large_file_arrives_byte_for_byte()
    {
        var bytes = new byte[5 * 1024 * 1024 + 3];
        new Random(7).NextBytes(bytes);
        await Nextcloud.PutAsync(Folder + "/large.bin", bytes);

        var answer = await Cozy.GetAsync(Target("/large.bin") + "?Dl=1");

        Expect.Status(200, answer);
        Assert.Equal(bytes, answer.Body);
    }

    [Fact]
    public async Task A_page_of_a_stranger_cannot_run_here()
    {
        await Nextcloud.PutAsync(Folder + "/page.html", "<script>alert(1)</script>");

        var answer = await Cozy.GetAsync(Target("/page.html") + "?Dl=1");

        Assert.Equal("default-src 'none'; sandbox", answer.Header("Content-Security-Policy"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
    }
}
