using System.Net;
using System.Text;
using System.Text.Json;

namespace Rpc.Tests;

public sealed class ListAnswerTests(RestServer rest) : IClassFixture<RestServer>
{
    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_is_one_list_with_its_count()
    {
        var (status, body, response) = await rest.SendAsync("GET", "/shelf/a/pages?count=3&size=1");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("application/vnd.api+json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            """{"data":[{"number":1,"text":"x"},{"number":2,"text":"x"},{"number":3,"text":"x"}],"meta":{"count":3}}""" + "\n", body);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_stream_of_nothing_is_an_empty_list() =>
        Assert.Equal("{\"data\":[],\"meta\":{\"count\":0}}\n", (await rest.SendAsync("GET", "/shelf/a/pages")).Body);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    public async Task A_failure_before_anything_was_sent_is_a_clean_error(int failAfter)
    {
        var (status, body, _) = await rest.SendAsync("GET", $"/shelf/a/pages?count={failAfter}&size=10&failAfter={failAfter}");

        Assert.Equal((HttpStatusCode.NotFound, "{\"code\":5,\"message\":\"torn\"}"), (status, body));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_after_bytes_were_sent_aborts_the_connection(bool http2)
    {
        using var client = new HttpClient();
        using var request = Request($"/shelf/torn{http2}/pages", http2);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestEnds);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync(TestEnds);
        var expected = $"{{\"data\":[{{\"text\":\"{new string('x', 20_000)}\"}}";
        var received = new byte[expected.Length];
        await body.ReadExactlyAsync(received, TestEnds);
        Assert.Equal(expected, Encoding.ASCII.GetString(received));

        rest.Log.Happened($"torn{http2} was read");

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, TestEnds));
    }

    [Fact]
    public async Task A_stream_that_is_no_list_is_sent_line_by_line_at_once()
    {
        using var client = new HttpClient();
        using var request = Request("/shelf/hang/lines", http2: false);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestEnds);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.ToString());
        using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestEnds)))
        {
            Assert.Equal(20_000, JsonDocument.Parse((await reader.ReadLineAsync(TestEnds))!).RootElement.GetProperty("text").GetString()!.Length);
        }

        // The caller has hung up in the middle, which cancels the handler.
        await rest.Log.CancelledAsync("pages");
    }

    [Fact]
    public async Task Every_line_is_a_message() => Assert.Equal(
        "{\"number\":1,\"text\":\"x\"}\n{\"number\":2,\"text\":\"x\"}\n", (await rest.SendAsync("GET", "/shelf/a/lines?count=2&size=1")).Body);

    [Fact]
    public async Task HEAD_of_a_list_has_no_body()
    {
        var (status, body, _) = await rest.SendAsync("HEAD", "/shelf/a/pages?count=3");

        Assert.Equal((HttpStatusCode.OK, ""), (status, body));
    }

    [Fact]
    public async Task A_list_of_200_MB_waits_for_its_reader()
    {
        const int Count = 200_000;
        using var client = new HttpClient();
        using var request = Request($"/shelf/a/pages?count={Count}&size=1000", http2: false);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestEnds);
        await using var body = await response.Content.ReadAsStreamAsync(TestEnds);
        var block = new byte[64 * 1024];
        await body.ReadExactlyAsync(block, TestEnds);

        // Time enough for a server that does not wait to write it all.
        for (var i = 0; i < 200; i++)
        {
            await rest.SendAsync("GET", "/shelf/a");
        }

        Assert.InRange(rest.Log.Count, 1, Count / 4);

        var total = (long)block.Length;
        var end = "";
        while (await body.ReadAsync(block, TestEnds) is > 0 and var read)
        {
            total += read;
            end = (end + Encoding.ASCII.GetString(block, 0, read))[^Math.Min(end.Length + read, 40)..];
        }

        Assert.InRange(total, Count * 1000L, Count * 1100L);
        Assert.EndsWith($"],\"meta\":{{\"count\":{Count}}}}}\n", end, StringComparison.Ordinal);
    }

    private HttpRequestMessage Request(string target, bool http2) => new(HttpMethod.Get, new Uri(http2 ? rest.Server.Http2 : rest.Server.Http1, target))
    {
        Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
