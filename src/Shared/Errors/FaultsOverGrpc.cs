using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shared.Faults;

namespace Shared.Errors;

/// <summary>A fault crosses a gRPC call as its status, and in the trailer <c>fault</c> as itself.</summary>
internal static class FaultsOverGrpc
{
    private const string Trailer = "fault";

    /// <summary>Null where the framework knows itself what to say.</summary>
    public static RpcException? ToRpc(Exception error, ILogger log)
    {
        if (error is RpcException or OperationCanceledException)
        {
            return null;
        }

        FaultLog.Tell(log, "gRPC", error);
        var fault = ErrorAnswer.AsFault(error);
        return new(new(fault.Fault.Answer().Grpc, fault.Message), new Metadata { { Trailer, fault.Fault.ToString() } });
    }

    /// <summary>A call refused before its method ran: one HEADERS frame that is the whole answer (gRPC over HTTP/2, "Trailers-Only").</summary>
    public static void WriteTrailersOnly(HttpResponse response, FaultException fault, FaultAnswer answer)
    {
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)answer.Grpc).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(fault.Message);
        response.Headers[Trailer] = fault.Fault.ToString();
    }

    /// <summary>The fault behind a failed call; a peer that cannot be reached is told as that; one that is late may be waiting for somebody else.</summary>
    public static FaultException FromRpc(RpcException error)
    {
        if (Enum.TryParse<Fault>(error.Trailers.GetValue(Trailer), out var fault))
        {
            return new(fault, error.Status.Detail, error);
        }

        return error.StatusCode switch
        {
            StatusCode.Unavailable => new PeerAwayException(error.Status.Detail, error),
            StatusCode.DeadlineExceeded => new FaultException(Fault.Unavailable, error.Status.Detail, error),
            _ => new FaultException(Fault.Internal, error.Status.Detail, error),
        };
    }
}
