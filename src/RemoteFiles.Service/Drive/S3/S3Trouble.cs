using System.Net.Sockets;
using Amazon.Runtime;

namespace RemoteFiles.Drive.S3;

/// <summary>What an S3 server, or the way to it, can do to a request.</summary>
internal static class S3Trouble
{
    /// <summary>A timeout comes as a cancellation that nobody asked for.</summary>
    public static bool Is(Exception error) =>
        error is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or SocketException or OperationCanceledException or TimeoutException;

    public static string CodeOf(Exception error) => error switch
    {
        AmazonServiceException { ErrorCode.Length: > 0 } service => service.ErrorCode,
        OperationCanceledException or TimeoutException => "Timeout",
        { InnerException: { } inner } when Is(inner) => CodeOf(inner),
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http => http.HttpRequestError.ToString(),
        SocketException socket => socket.SocketErrorCode.ToString(),
        _ => error.GetType().Name,
    };
}
