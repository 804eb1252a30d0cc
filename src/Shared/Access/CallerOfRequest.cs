using Microsoft.AspNetCore.Http;

namespace Shared.Access;

/// <summary>What the access middleware found out about a request.</summary>
internal static class CallerOfRequest
{
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("the endpoint admits anyone: there is no caller");

    public static Instance Instance(this HttpContext context) =>
        context.Features.Get<Instance>() ?? throw new InvalidOperationException("the endpoint belongs to the process: there is no instance");

    /// <summary>HTTP/2 alone, which only the services' own port speaks: from outside, a Content-Type changes nothing.</summary>
    public static bool IsGrpc(this HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && (request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) ?? false);
}
