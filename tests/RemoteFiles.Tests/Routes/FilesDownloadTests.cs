namespace RemoteFiles.Tests.Routes;

/// <summary>GET and HEAD /files/download/:id and /files/download?Path=</summary>
public sealed class FilesDownloadTests(RouteFixture fixture) : RouteTest(fixture), IClassFixture<RouteFixture>
{
    private const string ETag = "\"XrY7u+Ae7tCTyyK7j1rNww==\"";

    [Fact]
    public async Task A_file_is_downloaded_by_id_and_by_path()
    {
        foreach (var target in await TargetsAsync())
        {
            var answer = await Cozy.GetAsync(target);

            Expect.Status(200, answer);
            Assert.Equal("hello world", answer.Text);
            Assert.Equal("11", answer.Header("Content-Length"));
            Assert.Equal("text/plain", answer.ContentType);
            Assert.Equal(ETag, answer.Header("ETag"));
            Assert.Equal("Tue, 01 Jan 2019 00:00:00 GMT", answer.Header("Last-Modified"));
            Assert.Equal("inline; filename=\"hello.txt\"", answer.Header("Content-Disposition"));
        }
    }

    [Fact]
    public async Task Dl_1_makes_it_an_attachment()
    {
        foreach (var target in await TargetsAsync())
        {
            var separator = target.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            Assert.Equal("attachment; filename=\"hello.txt\"", (await Cozy.GetAsync($"{target}{separator}Dl=1")).Header("Content-Disposition"));
            Assert.Equal("inline; filename=\"hello.txt\"", (await Cozy.GetAsync($"{target}{separator}Dl=0")).Header("Content-Disposition"));
        }
    }

    [Fact]
    public async Task HEAD_gives_the_headers_alone()
    {
        foreach (var target in await TargetsAsync())
        {
            var (whole, head) = (await Cozy.GetAsync(target), await Cozy.HeadAsync(target));

            Expect.Status(200, head);
            Assert.Empty(head.Body);
            foreach (var name in new[] { "Content-Length", "Content-Type", "Content-Disposition", "Last-Modified", "ETag" })
            {
                Assert.NotNull(head.Header(name));
                Assert.Equal(whole.Header(name), head.Header(name));
            }
        }
    }

    [Theory]
    [InlineData("If-None-Match", ETag, 304)]
    [InlineData("If-None-Match", "W/" + ETag, 304)]
    [InlineData("If-None-Match", "\"other\", " + ETag, 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "\"other\"", 200)]
    [InlineData("If-Modified-Since", "Tue, 01 Jan 2019 00:00:00 GMT", 304)]
    [InlineData("If-Modified-Since", "Mon, 31 Dec 2018 23:59:59 GMT", 200)]
    [InlineData("If-Match", ETag, 200)]
    [InlineData("If-Match", "\"other\"", 412)]
    [InlineData("If-Unmodified-Since", "Mon, 31 Dec 2018 23:59:59 GMT", 412)]
    [InlineData("If-Unmodified-Since", "Tue, 01 Jan 2019 00:00:00 GMT", 200)]
    public async Task Conditions_hold_as_RFC_9110_says(string header, string value, int status)
    {
        foreach (var target in await TargetsAsync())
        {
            var answer = await Cozy.GetAsync(target, (header, value));

            Expect.Status(status, answer);
            Assert.Equal(status == 200 ? "hello world" : "", answer.Text);
            Assert.Equal(ETag, answer.Header("ETag"));
        }
    }

    [Theory]
    [InlineData("bytes=0-3", "hell", "bytes 0-3/11")]
    [InlineData("bytes=6-", "world", "bytes 6-10/11")]
    [InlineData("bytes=-5", "world", "bytes 6-10/11")]
    [InlineData("bytes=-50", "hello world", "bytes 0-10/11")]
    public async Task A_range_is_answered_with_206(string range, string text, string contentRange)
    {
        foreach (var target in await TargetsAsync())
        {
            var answer = await Cozy.GetAsync(target, ("Range", range));

            Expect.Status(206, answer);
            Assert.Equal((text, contentRange), (answer.Text, answer.Header("Content-Range")));
        }
    }

    [Theory]
    [InlineData("bytes=0-1,3-4")]
    [InlineData("lines=1-2")]
    public async Task A_range_of_another_kind_is_the_whole_file(string range)
    {
        foreach (var target in await TargetsAsync())
        {
            var answer = await Cozy.GetAsync(target, ("Range", range));

            Expect.Status(200, answer);
            Assert.Equal("hello world", answer.Text);
        }
    }

    [Theory]
    [InlineData(ETag, 206)]
    [InlineData("\"other\"", 200)]
    public async Task A_range_of_another_version_is_the_whole_file(string ifRange, int status)
    {
        foreach (var target in await TargetsAsync())
        {
            Expect.Status(status, await Cozy.GetAsync(target, ("Range", "bytes=0-3"), ("If-Range", ifRange)));
        }
    }

    [Theory]
    [InlineData("bytes=11-")]
    [InlineData("bytes=-0")]
    public async Task A_range_beyond_the_end_is_416(string range)
    {
        foreach (var target in await TargetsAsync())
        {
            var answer = await Cozy.GetAsync(target, ("Range", range));

            Expect.Status(416, answer);
            Assert.Equal("bytes */11", answer.Header("Content-Range"));
        }
    }

    [Fact]
    public async Task What_is_no_file_is_404()
    {
        var directory = await MakeDirectoryAsync();

        foreach (var target in new[] { "/files/download/unknown", "/files/download/" + directory, "/files/download?Path=/unknown", "/files/download?Path=" + Folder })
        {
            Expect.NotFound("file does not exist", await Cozy.GetAsync(target));
            Expect.Status(404, await Cozy.HeadAsync(target));
        }
    }

    [Fact]
    public async Task A_large_file_comes_back_byte_for_byte()
    {
        var bytes = new byte[5 * 1024 * 1024 + 3];
        new Random(7).NextBytes(bytes);
        var made = await Cozy.PostAsync($"/files/{await MakeDirectoryAsync()}?Type=file&Name=large.bin", RestClient.Body(bytes));

        var answer = await Cozy.GetAsync("/files/download/" + Ids.Of(made));

        Assert.Equal(bytes, answer.Body);
        Assert.Equal(bytes[4_000_000..4_000_100], (await Cozy.GetAsync("/files/download/" + Ids.Of(made), ("Range", "bytes=4000000-4000099"))).Body);
    }

    private async Task<string[]> TargetsAsync()
    {
        var directory = await MakeDirectoryAsync();
        var id = await UploadAsync(directory, "hello.txt", "hello world", "&CreatedAt=2019-01-01T00:00:00Z&UpdatedAt=2019-01-01T00:00:00Z");
        return ["/files/download/" + id, $"/files/download?Path={Folder}/hello.txt"];
    }
}
