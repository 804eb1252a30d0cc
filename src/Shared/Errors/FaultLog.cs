using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Logging;
using Operations;
using Shared.Faults;
using Shared.Storage;

namespace Shared.Errors;

/// <summary>What operators are told of a request that failed: a line of a database that is away, all of a mistake of ours, and nothing of what its caller did wrong.</summary>
internal static partial class FaultLog
{
    public static void Tell(ILogger log, HttpContext context, Exception error)
    {
        var route = context.GetEndpoint()?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route;
        Tell(log, route is null ? context.Request.Method : $"{context.Request.Method} {route}", error);
    }

    /// <param name="log">Of the door.</param>
    /// <param name="request">By its route: a path would name people's files.</param>
    /// <param name="error">That came up to the door.</param>
    public static void Tell(ILogger log, string request, Exception error)
    {
        switch (error)
        {
            case DbException database when database.IsAway():
                Away(log, request, database.Reason());
                break;
            case DbException:
                StorageFailed(log, error, request);
                break;
            case var _ when ErrorAnswer.AsFault(error).Fault == Fault.Internal:
                Failed(log, error, request);
                break;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Request} was answered 503, as the database is away: {Reason}", EventName = "storage.away")]
    private static partial void Away(ILogger log, string request, string reason);

    [LoggerMessage(LogLevel.Error, "{Request} failed: the storage cannot be read or written", EventName = "storage.failed")]
    public static partial void StorageFailed(ILogger log, Exception error, string request);

    [LoggerMessage(LogLevel.Error, "{Request} failed", EventName = "http.failed")]
    private static partial void Failed(ILogger log, Exception error, string request);
}
