using Microsoft.AspNetCore.Http;

namespace Rpc.Transcoding;

/// <summary>How gRPC methods answer over HTTP and JSON; see <c>AddGrpcTranscoding</c>.</summary>
public sealed class TranscodingOptions
{
    /// <summary>
    /// Writes the answer to any exception of a transcoded method or raw route, as long as nothing was sent; it is then also the one to log it.
    /// The default writes the shape of google.rpc.Status.
    /// </summary>
    public Func<HttpContext, Exception, Task>? WriteError { get; set; }

    /// <summary>Bytes of a JSON body; more is answered with 413.</summary>
    public int MaxJsonBodySize { get; set; } = 1024 * 1024;
}
