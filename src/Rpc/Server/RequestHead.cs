using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Rpc.Wire;

namespace Rpc.Server;

/// <summary>What the head of a gRPC request says.</summary>
internal static class RequestHead
{
    /// <summary>The HTTP status for a request that is not gRPC at all, or null: such a caller does not read grpc-status.</summary>
    public static int? Refusal(HttpRequest request)
    {
        if (!HttpProtocol.IsHttp2(request.Protocol) && !HttpProtocol.IsHttp3(request.Protocol))
        {
            return StatusCodes.Status426UpgradeRequired;
        }

        return GrpcProtocol.IsGrpcContentType(request.ContentType) ? null : StatusCodes.Status415UnsupportedMediaType;
    }

    public static TimeSpan? ReadTimeout(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(GrpcProtocol.TimeoutHeader, out var text))
        {
            return null;
        }

        return GrpcTimeout.TryParse(text.ToString(), out var timeout)
            ? timeout
            : throw new RpcException(new Status(StatusCode.Internal, $"{GrpcProtocol.TimeoutHeader} is malformed."));
    }

    public static string? ReadEncoding(HttpRequest request)
    {
        var encoding = request.Headers[GrpcProtocol.EncodingHeader].ToString();
        return encoding switch
        {
            "" or GrpcProtocol.Identity => null,
            GrpcProtocol.Gzip => encoding,
            _ => throw new RpcException(new Status(StatusCode.Unimplemented, $"The compression {encoding} is not supported.")),
        };
    }

    public static bool AcceptsGzip(HttpRequest request) =>
        request.Headers[GrpcProtocol.AcceptEncodingHeader].ToString().Split(',', StringSplitOptions.TrimEntries).Contains(GrpcProtocol.Gzip);
}
