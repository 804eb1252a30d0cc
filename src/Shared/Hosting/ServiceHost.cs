using System.IO.Compression;
using System.Net;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Operations;
using Rpc.OpenApi;
using Rpc.Server;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Errors;

namespace Shared.Hosting;

/// <summary>What every service of ours is: its ports, its limits, its errors, its access check and its health.</summary>
internal static class ServiceHost
{
    public const int HttpListener = 0;
    public const int GrpcListener = 1;
    public const int AdminListener = 2;

    public static void AddServiceHost(this WebApplicationBuilder builder)
    {
        var listen = builder.Configuration.GetSection("Listen").Get<ListenOptions>() ?? new();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(ListenAddress.Of("Listen:Http", listen.Http), o => o.Protocols = HttpProtocols.Http1);
            kestrel.Listen(ListenAddress.Of("Listen:Grpc", listen.Grpc), o => o.Protocols = HttpProtocols.Http2);
            if (listen.Admin.Length > 0)
            {
                kestrel.Listen(ListenAddress.Of("Listen:Admin", listen.Admin), o =>
                {
                    o.Protocols = HttpProtocols.Http1;
                    o.MarkOperatorConnections();
                });
            }

            // Files of any size at any pace: the doors that take them watch for silence.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        });

        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(KeyOf(builder.Configuration));
        builder.Services.AddSingleton<Tokens>();
        builder.Services.AddSettings<LimitOptions>("Limits");
        builder.Services.AddSingleton<RequestLimits>();
        builder.Services.AddSocketBlocks();
        builder.AddProbes();
        builder.Services.AddGrpc();
        builder.Services.AddOptions<Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<ILogger<FaultMiddleware>>((grpc, log) => grpc.MapException = error => FaultsOverGrpc.ToRpc(error, log));
        builder.Services.AddGrpcTranscoding(rest => rest.WriteError = AnswerAsync);
        builder.Services.Configure<OpenApiOptions>(ApiDocument.Configure);
        builder.Services.AddApiCors();
        builder.Services.AddResponseCompression(o =>
        {
            o.EnableForHttps = true;
            o.Providers.Add<GzipCompressionProvider>();
            o.MimeTypes = ["application/json", "application/vnd.api+json", "application/xml"];
        });
        builder.Services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
    }

    /// <summary>The rooms that every request crosses, in their order.</summary>
    public static void UseServiceHost(this WebApplication app)
    {
        app.UseOperations();
        app.UseAnswerHeaders();
        app.UseMiddleware<FaultMiddleware>();
        app.UseRawRouting();
        app.UseRouting();
        app.UseApiCors();
        app.UseMiddleware<AccessMiddleware>();

        // Documents only: file bytes keep their length, their ETag and their ranges.
        app.UseWhen(IsDocument, rest => rest.Use(VaryAsync).UseResponseCompression());
        foreach (var probe in app.MapProbes())
        {
            probe.WithMetadata(Admission.Process);
        }

        app.MapGrpcHealth();
        app.MapGrpcReflection();
        app.MapOpenApi(ApiDocument.Path).WithMetadata(Admission.Process).Describe("This document.").Answers(StatusCodes.Status200OK, "application/json");
    }

    /// <summary>The address of one listener once the service has started.</summary>
    public static Uri AddressOf(this WebApplication app, int listener) =>
        new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ElementAt(listener));

    private static bool IsDocument(HttpContext context) =>
        context.GetEndpoint()?.Metadata is { } metadata && (metadata.GetMetadata<MethodDescriptor>() is not null || metadata.GetMetadata<Compressed>() is not null);

    // Also on an answer that is not compressed: a cache has to know that there is another.
    private static Task VaryAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.Vary = "Accept-Encoding";
        return next(context);
    }

    private static Task AnswerAsync(HttpContext context, Exception error) =>
        FaultMiddleware.AnswerAsync(context, error, context.RequestServices.GetRequiredService<ILogger<FaultMiddleware>>());

    private static MasterKey KeyOf(IConfiguration configuration)
    {
        if (configuration["Master:Key"] is { Length: > 0 } text)
        {
            return MasterKey.FromText(text) ?? throw new StartException($"Master:Key: {MasterKey.Rule}");
        }

        if (configuration["Master:KeyFile"] is not { Length: > 0 } file)
        {
            throw new StartException("set Master:KeyFile or Master:Key");
        }

        try
        {
            return MasterKey.FromFile(file) ?? throw new StartException($"Master:KeyFile: {MasterKey.Rule}, and {file} holds none");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"Master:KeyFile: {file} can neither be read nor made: {e.Message}", e);
        }
    }
}
