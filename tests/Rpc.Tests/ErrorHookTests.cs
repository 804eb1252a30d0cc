using System.Net;
using System.Net.Http.Json;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rpc.Transcoding;

namespace Rpc.Tests;

/// <summary>What a service puts around its endpoints: its own error answers, and authorization by metadata.</summary>
public sealed class ErrorHookTests : IAsyncLifetime
{
    private readonly HttpClient client = new();
    private readonly TaskCompletionSource headersRead = new();
    private RpcServer server = null!;

    public async ValueTask InitializeAsync() => server = await RpcServer.StartAsync(
        services =>
        {
            services.AddGrpc(options => options.MapException = e => new RpcException(new Status(StatusCode.DataLoss, $"mapped {e.GetType().Name}")));
            services.AddGrpcTranscoding(options => options.WriteError = (http, e) =>
            {
                http.Response.StatusCode = 418;
                return http.Response.WriteAsync($"{e.GetType().Name}: {e.Message}");
            });
            services.AddSingleton(new CallLog());
        },
        app =>
        {
            app.UseRawRouting();
            app.UseRouting();
            app.Use(async (HttpContext http, RequestDelegate next) =>
            {
                if (http.Request.Headers.ContainsKey("x-deny"))
                {
                    http.Response.StatusCode = 403;
                    await http.Response.WriteAsync(Describe(http.GetEndpoint()?.Metadata));
                    return;
                }

                await next(http);
            });
            app.MapGrpcService<ShelfService>().WithMetadata("a convention");
            app.MapRaw("GET", "/raw/throws", http => throw new InvalidOperationException("raw")).WithMetadata("mine");
            app.MapRaw("GET", "/raw/begun", async http =>
            {
                await http.Response.WriteAsync("begun");
                await http.Response.Body.FlushAsync();
                await headersRead.Task;
                throw new InvalidOperationException("too late");
            });
        });

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/fail/bug", "InvalidOperationException: a secret")]
    [InlineData("GET", "/fail/NotFound", "RpcException: Status(StatusCode=\"NotFound\", Detail=\"as asked\")")]
    [InlineData("GET", "/tree/a%2Fb", "BadRequestException: invalid path")]
    [InlineData("GET", "/shelf/find?small=x", "BadRequestException: invalid value of small")]
    [InlineData("POST", "/tree/a", "MethodNotAllowedException: This path takes GET, HEAD.")]
    [InlineData("GET", "/raw/throws", "InvalidOperationException: raw")]
    public async Task The_hook_sees_the_original_exception(string method, string path, string expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), server.Http1.GetLeftPart(UriPartial.Authority) + path);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode)418, response.StatusCode);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_hook_answers_405_with_Allow_set()
    {
        using var response = await client.PostAsJsonAsync(new Uri(server.Http1, "/tree/a"), 1, TestContext.Current.CancellationToken);

        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_reaches_the_hook()
    {
        using var response = await client.PutAsync(new Uri(server.Http1, "/shelf/a"), RestServer.Json("{"), TestContext.Current.CancellationToken);

        Assert.Equal("BadRequestException: invalid JSON body", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_answer_that_has_begun_is_aborted_and_not_the_hooks()
    {
        using var response = await client.GetAsync(
            new Uri(server.Http1, "/raw/begun"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        headersRead.SetResult();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Over_gRPC_the_same_exception_goes_to_MapException()
    {
        using var channel = GrpcChannel.ForAddress(server.Http2);
        var client = new Shelf.ShelfClient(channel);
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await client.FailAsync(new BookRequest { BookId = "bug" }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.DataLoss, "mapped InvalidOperationException"), (failure.StatusCode, failure.Status.Detail));
    }

    [Theory]
    [InlineData("GET", "/shelf/a", "Get transcoded; a convention")]
    [InlineData("GET", "/raw/throws", "mine")]
    [InlineData("POST", "/tree/a", "allowed GET, HEAD")]
    // before the path is looked at
    [InlineData("GET", "/tree/a%2Fb", "Walk transcoded; a convention")]
    public async Task Authorization_before_the_endpoint_reads_its_metadata(string method, string path, string expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), server.Http1.GetLeftPart(UriPartial.Authority) + path);
        request.Headers.Add("x-deny", "1");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Authorization_reads_the_metadata_of_a_gRPC_method_too()
    {
        var answer = await GrpcWire.PostAsync(server.Http2, "/rpc.shelf.Shelf/Get", GrpcWire.Frame(new BookRequest()), headers: ("x-deny", "1"));

        Assert.Equal((403, "Get gRPC; a convention"), (answer.HttpStatus, System.Text.Encoding.UTF8.GetString(answer.Body)));
    }

    private static string Describe(EndpointMetadataCollection? metadata)
    {
        var parts = new List<string>();
        if (metadata?.GetMetadata<MethodDescriptor>() is { } method)
        {
            var transcoded = metadata.GetMetadata<TranscodedMethod>() is null ? "" : "transcoded";
            var grpc = metadata.GetMetadata<GrpcMethodMetadata>() is null ? "" : "gRPC";
            parts.Add($"{method.Name} {transcoded}{grpc}");
        }

        if (metadata?.GetMetadata<MethodNotAllowedMetadata>() is { } notAllowed)
        {
            parts.Add($"allowed {string.Join(", ", notAllowed.Allowed)}");
        }

        parts.AddRange(metadata?.OfType<string>() ?? []);
        return string.Join("; ", parts);
    }
}
