using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rpc.Transcoding;

namespace Rpc.Tests;

/// <summary>Our server with the shelf over HTTP and JSON, and a few raw routes.</summary>
public sealed class RestServer : IAsyncLifetime
{
    private readonly SocketsHttpHandler handler = new();

    internal RpcServer Server { get; private set; } = null!;

    internal CallLog Log { get; } = new();

    public async ValueTask InitializeAsync() => Server = await RpcServer.StartAsync(
        services =>
        {
            services.AddGrpc();
            services.AddGrpcTranscoding();
            services.AddSingleton(Log);
        },
        app =>
        {
            app.UseRawRouting();
            app.UseRouting();
            app.MapGrpcService<ShelfService>();
            Map(app, "GET", "/raw/{id}");
            Map(app, "PUT", "/raw/{id}");
            Map(app, "GET", "/raw/literal");
            Map(app, "POST", "/raw/literal").WithQuery("Dl", "1");
            Map(app, "GET", "/raw/{id}/size/{path=**}");
            Map(app, "GET", "/raw/{id}/{path=**}");
            Map(app, "DELETE", "/raw/{id}/trash");
            Map(app, "PUT", "/raw/{id}/{path=**}");
            Map(app, "GET", "/down/{id}");
            Map(app, "GET", "/down/{id}").WithQuery("Dl", "1");
            Map(app, "POST", "/verb/{id}:go");
            Map(app, "POST", "/verb/{id}");
            Map(app, "POST", "/deep/{path=**}:go");
            Map(app, "*", "/any/{path=**}");
            app.MapGet("/plain/{id}", (string id) => $"plain {id}");
        });

    public async ValueTask DisposeAsync()
    {
        handler.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Sends exactly this target; HttpClient would tidy it up.</summary>
    internal async Task<(HttpStatusCode Status, string Body, HttpResponseMessage Response)> SendAsync(
        string method, string target, HttpContent? content = null, bool http2 = false, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(
            (http2 ? Server.Http2 : Server.Http1).GetLeftPart(UriPartial.Authority) + target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = content,
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response);
    }

    internal static StringContent Json(string text, string mediaType = "application/json") => new(text, Encoding.UTF8, mediaType);

    private static IEndpointConventionBuilder Map(WebApplication app, string method, string template) => app.MapRaw(
        method,
        template,
        http => http.Response.WriteAsync(
            $"{http.GetEndpoint()!.DisplayName} id={http.GetRawValue("id") ?? "-"} path={http.GetRawValue("path") ?? "-"}"
            + (http.GetEndpoint()!.Metadata.GetMetadata<QueryCondition>() is { } condition ? $" {condition.Name}" : "")));
}
