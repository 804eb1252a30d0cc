using System.Net.Sockets;
using System.Security.Authentication;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>Puts a failure of the network into plain words that hold no address beyond the host: no login, path or query.</summary>
internal static class NetworkFault
{
    public static FaultException From(Exception e, string host) =>
        Refusal(e) ?? new FaultException(Fault.BadGateway, $"{host} {Cause(e)}", e);

    /// <summary>What our own connection guard said, out of what the handler wrapped it in.</summary>
    private static FaultException? Refusal(Exception? e) => e is null or FaultException ? (FaultException?)e : Refusal(e.InnerException);

    private static string Cause(Exception e) => e switch
    {
        OperationCanceledException { InnerException: TimeoutException } => "cannot be reached in time",
        OperationCanceledException => "does not answer: it was silent for too long",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "is not a known host name",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Tls(e),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "closed the connection before its answer was whole",
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => "closed the connection before its answer was whole",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => "does not answer in HTTP",
        _ => Socket(e) switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "is not a known host name",
            SocketError.ConnectionRefused => "refuses the connection",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => "cannot be reached from here",
            SocketError.TimedOut => "cannot be reached in time",
            _ => "broke off the connection",
        },
    };

    private static string Tls(Exception e) =>
        e.GetBaseException() is AuthenticationException ? "has a certificate that is not trusted" : "does not answer in TLS";

    private static SocketError? Socket(Exception? e) => e switch
    {
        null => null,
        SocketException socket => socket.SocketErrorCode,
        _ => Socket(e.InnerException),
    };
}
