using Grpc.Core;

namespace Shared.Faults;

/// <summary>How one fault is told: gRPC status, HTTP status and JSON:API title, and the Sabre exception of WebDAV with its own status.</summary>
internal sealed record FaultAnswer(StatusCode Grpc, int Http, string Title, int Dav, string DavException);

internal static class FaultTable
{
    /// <summary>The row of a fault; a fault without a row does not compile.</summary>
    public static FaultAnswer Answer(this Fault fault) => fault switch
    {
        Fault.Malformed => new(StatusCode.InvalidArgument, 400, "Bad Request", 400, "BadRequest"),
        Fault.Invalid => new(StatusCode.InvalidArgument, 422, "Invalid Parameter", 400, "BadRequest"),
        Fault.Unauthenticated => new(StatusCode.Unauthenticated, 401, "Unauthorized", 401, "NotAuthenticated"),
        Fault.Forbidden => new(StatusCode.PermissionDenied, 403, "Forbidden", 403, "Forbidden"),
        Fault.NotFound => new(StatusCode.NotFound, 404, "Not Found", 404, "NotFound"),
        Fault.ParentNotFound => new(StatusCode.NotFound, 404, "Not Found", 409, "Conflict"),
        Fault.MethodNotAllowed => new(StatusCode.Unimplemented, 405, "Method Not Allowed", 405, "MethodNotAllowed"),
        Fault.AlreadyExists => new(StatusCode.AlreadyExists, 409, "Conflict", 412, "PreconditionFailed"),
        Fault.Conflict => new(StatusCode.FailedPrecondition, 409, "Conflict", 409, "Conflict"),
        Fault.PreconditionFailed => new(StatusCode.FailedPrecondition, 412, "Precondition Failed", 412, "PreconditionFailed"),
        Fault.OutOfSpace => new(StatusCode.ResourceExhausted, 413, "Request Entity Too Large", 507, "InsufficientStorage"),
        Fault.TooLarge => new(StatusCode.ResourceExhausted, 413, "Request Entity Too Large", 413, "EntityTooLarge"),
        Fault.UnsupportedMediaType => new(StatusCode.InvalidArgument, 415, "Unsupported Media Type", 415, "UnsupportedMediaType"),
        Fault.Locked => new(StatusCode.Aborted, 423, "Locked", 423, "Locked"),
        Fault.TooManyRequests => new(StatusCode.ResourceExhausted, 429, "Too Many Requests", 429, "TooManyRequests"),
        Fault.BadGateway => new(StatusCode.Unavailable, 502, "Bad Gateway", 502, "BadGateway"),
        Fault.Changing => new(StatusCode.Unavailable, 503, "Service Unavailable", 503, "ServiceUnavailable"),
        Fault.Unavailable => new(StatusCode.Unavailable, 503, "Service Unavailable", 503, "ServiceUnavailable"),
        Fault.Maintenance => new(StatusCode.Unavailable, 503, "Service Unavailable", 503, "ServiceUnavailable"),
        Fault.AccountDisabled => new(StatusCode.Unavailable, 503, "Service Unavailable", 503, "ServiceUnavailable"),
        Fault.Internal => new(StatusCode.Internal, 500, "Internal Server Error", 500, "Exception"),
    };
}
