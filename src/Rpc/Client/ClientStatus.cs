using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Rpc.Wire;

namespace Rpc.Client;

/// <summary>Statuses that a caller makes out of HTTP: from headers, from trailers, and from failures of the transport.</summary>
internal static class ClientStatus
{
    /// <summary>The status of a Trailers-Only answer, or of one that is not gRPC; null when messages and trailers follow.</summary>
    public static Status? FromHead(HttpResponseMessage response)
    {
        if (Find(response.Headers) is { } status)
        {
            return status;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            var code = (int)response.StatusCode;
            return new Status(GrpcProtocol.FromHttpStatus(code), $"The server answered HTTP {code.ToString(CultureInfo.InvariantCulture)}.");
        }

        var contentType = response.Content.Headers.ContentType?.ToString();
        return GrpcProtocol.IsGrpcContentType(contentType)
            ? null
            : new Status(StatusCode.Unknown, $"The server answered {contentType ?? "no content type"}, which is not gRPC.");
    }

    public static Status FromTrailers(HttpResponseMessage response) =>
        Find(response.TrailingHeaders) ?? new Status(StatusCode.Unknown, $"The answer ended without {GrpcProtocol.StatusHeader}.");

    public static Metadata ToMetadata(HttpResponseHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            MetadataHeaders.AddTo(metadata, name, values);
        }

        return metadata.Freeze();
    }

    public static Status Explain(Exception e)
    {
        if (e is RpcException rpc)
        {
            return rpc.Status;
        }

        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
            {
                return new Status(GrpcProtocol.FromHttp2Error(protocol.ErrorCode), protocol.Message, e);
            }
        }

        return e switch
        {
            OperationCanceledException { InnerException: TimeoutException } => new Status(StatusCode.Unavailable, "The server cannot be reached in time.", e),
            OperationCanceledException => new Status(StatusCode.Cancelled, "The call was cancelled.", e),
            HttpRequestException or IOException => new Status(StatusCode.Unavailable, $"The server cannot be reached. {e.Message}", e),
            _ => new Status(StatusCode.Internal, $"The call could not be made. {e.GetType().Name}: {e.Message}", e),
        };
    }

    private static Status? Find(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(GrpcProtocol.StatusHeader, out var code))
        {
            return null;
        }

        var detail = headers.NonValidated.TryGetValues(GrpcProtocol.MessageHeader, out var message) ? GrpcProtocol.DecodeMessage(message.ToString()) : "";
        return int.TryParse(code.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new Status(number <= (int)StatusCode.Unauthenticated ? (StatusCode)number : StatusCode.Unknown, detail)
            : new Status(StatusCode.Unknown, $"{GrpcProtocol.StatusHeader} is malformed.");
    }
}
