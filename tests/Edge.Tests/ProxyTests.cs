using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests;

public sealed class ProxyTests : IAsyncLifetime
{
    private readonly EdgeFixture edge = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public ValueTask InitializeAsync() => edge.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await edge.DisposeAsync();
    }

    [Theory]
    [InlineData("/remote/nextcloud/acc/100%25%20%26%20%2B%23.txt?To=%2Fa+b&Copy=true")]
    [InlineData("/remote/nextcloud/acc/a%2520b.txt")]
    [InlineData("/remote/nextcloud/acc/x%2Fy")]
    [InlineData("/remote/nextcloud/acc//double//slashes/")]
    [InlineData("/remote/nextcloud/acc/%41%7e~!'()*;=,@:$")]
    [InlineData("/remote/nextcloud/acc/e%CC%81/%e6%97%a5")]
    [InlineData("/remote/nextcloud/acc/a/../b/%2e%2e/c")]
    [InlineData("/files/dir?page[limit]=2&page[cursor]=[[%22p%22],%22id%22]")]
    [InlineData("/remote/nextcloud/acc/50%.txt")]
    public async Task A_request_target_crosses_byte_for_byte(string target)
    {
        var answer = await edge.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: alma.localhost:8080\r\nConnection: close\r\n\r\n", TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 200", answer);
        Assert.Equal(target, edge.RemoteFiles.LastTarget);
        Assert.Equal("alma.localhost:8080", edge.RemoteFiles.LastHost);
    }

    [Theory]
    [InlineData("POST", "/remote/nextcloud/migration", "migration")]
    [InlineData("POST", "/remote/nextcloud/migration/5b0e/cancel", "migration")]
    [InlineData("GET", "/data/io.cozy.nextcloud.migrations/5b0e", "migration")]
    [InlineData("GET", "/data/io.cozy.accounts/5b0e", "remote files")]
    [InlineData("GET", "/remote/nextcloud/acc/migration", "remote files")]
    [InlineData("PROPFIND", "/remote.php/dav/files/alma/", "remote files")]
    [InlineData("GET", "/status.php", "remote files")]
    public async Task A_request_goes_to_the_service_that_owns_its_URL(string method, string path, string owner)
    {
        using var answer = await http.SendAsync(new(new(method), new Uri(edge.Address, path)), TestContext.Current.CancellationToken);
        Assert.Equal(owner, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_dead_service_is_503_with_Retry_After_and_not_ready()
    {
        var ct = TestContext.Current.CancellationToken;
        edge.RemoteFiles.Handler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        using var answer = await http.GetAsync(new Uri(edge.Address, "/files/1"), ct);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
        Assert.Equal("application/vnd.api+json", answer.Content.Headers.ContentType?.MediaType);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!["errors"]![0]!;
        Assert.Equal("503", error["status"]!.GetValue<string>());
        Assert.NotNull(error["source"]);

        using var live = await http.GetAsync(new Uri(edge.Address, "/health/live"), ct);
        using var ready = await http.GetAsync(new Uri(edge.Address, "/health/ready"), ct);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (live.StatusCode, ready.StatusCode));
    }

    [Theory]
    [InlineData("PROPFIND")]
    [InlineData("PUT")]
    [InlineData("MOVE")]
    public async Task A_sync_client_hears_of_a_dead_service_in_the_words_it_knows(string method)
    {
        var ct = TestContext.Current.CancellationToken;
        edge.RemoteFiles.Handler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        using var answer = await http.SendAsync(new(new(method), new Uri(edge.Address, "/remote.php/dav/files/alma/x")), ct);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("application/xml; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var error = XDocument.Parse(await answer.Content.ReadAsStringAsync(ct)).Root!;
        Assert.Equal(@"Sabre\DAV\Exception\ServiceUnavailable", error.Element(XName.Get("exception", "http://sabredav.org/ns"))!.Value);
    }

    [Fact]
    public async Task The_edge_is_ready_when_files_are_there_and_says_when_migrations_are_not()
    {
        var ct = TestContext.Current.CancellationToken;
        using var ready = await http.GetAsync(new Uri(edge.Address, "/health/ready"), ct);
        Assert.Equal((HttpStatusCode.OK, "Healthy"), (ready.StatusCode, await ready.Content.ReadAsStringAsync(ct)));
        Assert.Equal("/health/ready", edge.Migration.LastTarget);

        edge.Migration.Handler = Refuse;
        using var degraded = await http.GetAsync(new Uri(edge.Address, "/health/ready"), ct);
        Assert.Equal((HttpStatusCode.OK, "Degraded"), (degraded.StatusCode, await degraded.Content.ReadAsStringAsync(ct)));

        edge.RemoteFiles.Handler = Refuse;
        using var refused = await http.GetAsync(new Uri(edge.Address, "/health/ready"), ct);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        static Task Refuse(HttpContext context)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task An_error_of_a_service_passes_as_it_is()
    {
        edge.RemoteFiles.Handler = context =>
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return context.Response.WriteAsJsonAsync(new { error = "its own words" });
        };
        using var answer = await http.GetAsync(new Uri(edge.Address, "/remote/nextcloud/a/b"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("""{"error":"its own words"}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_body_cut_by_the_service_is_cut_for_the_client()
    {
        var arrived = new TaskCompletionSource();
        edge.RemoteFiles.Handler = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("only this much");
            await context.Response.Body.FlushAsync();
            await arrived.Task;
            context.Abort();
        };
        using var answer = await http.GetAsync(new Uri(edge.Address, "/files/download/1"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        arrived.SetResult();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_refused_upload_sends_no_body()
    {
        edge.RemoteFiles.Handler = context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        };
        var answer = await edge.SendRawAsync(
            "PUT /remote/nextcloud/a/big HTTP/1.1\r\nHost: alma\r\nContent-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n", TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 403", answer);
    }
}
