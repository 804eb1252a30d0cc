using Grpc.Net.Client;

namespace Rpc.Balancing;

/// <summary>
/// Sends each request to one of the replicas, and to another one when nothing of it can have been done: no connection was made, or it only
/// reads and no answer began. Scheme, host and port of its URL are replaced; its Host header is not touched.
/// </summary>
public sealed class ReplicaHandler(Replicas replicas, HttpMessageHandler transport) : DelegatingHandler(transport)
{
    // RFC 9110 section 9.2.1, RFC 4918, RFC 3253, RFC 5323
    private static readonly HashSet<string> Reading = new(StringComparer.Ordinal) { "GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", "SEARCH" };

    /// <summary>Carries the calls of a gRPC channel.</summary>
    public static ReplicaHandler ForGrpc(Replicas replicas) => new(replicas, GrpcChannel.CreateHandler());

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var maySendAgain = Reading.Contains(request.Method.Method);
        if (!maySendAgain)
        {
            // The transport repeats by itself what has no body at all, when a connection that was in use before breaks (RFC 9112 section 9.3.1
            // allows that for what is idempotent; after the first DELETE, the second one is told 404).
            request.Content ??= new ByteArrayContent([]);
        }

        maySendAgain &= request.Content is null;
        List<Replica>? tried = null;
        var replica = replicas.Choose([])!;
        while (true)
        {
            try
            {
                return await SendToAsync(replica, request, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && (IsMissed(e) || (maySendAgain && e is HttpRequestException)))
            {
                if (IsMissed(e))
                {
                    replicas.Missed(replica);
                }

                (tried ??= []).Add(replica);
                if (replicas.Choose(tried) is not { } other)
                {
                    throw;
                }

                replica = other;
            }
        }
    }

    private async Task<HttpResponseMessage> SendToAsync(Replica replica, HttpRequestMessage request, CancellationToken ct)
    {
        request.RequestUri = replica.Direct(request.RequestUri!);
        replica.Begin();
        try
        {
            return await base.SendAsync(request, ct);
        }
        finally
        {
            replica.End();
        }
    }

    // No connection was made, so that nothing was sent: refused, no such name, or silence for as long as the transport waits.
    private static bool IsMissed(Exception e) =>
        e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError }
        or OperationCanceledException { InnerException: TimeoutException };
}
