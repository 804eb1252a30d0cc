using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Rpc.Server;
using Rpc.Wire;

namespace Rpc.Transcoding;

/// <summary>What a handler sees of a call that came as plain HTTP: no deadline, and trailers that nobody receives.</summary>
internal sealed class TranscodedCall(HttpContext http, IMethod method) : HttpCallContext(http, method)
{
    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override CancellationToken CancellationTokenCore => HttpContext.RequestAborted;

    /// <summary>Sets the headers; they are sent with the first byte of the answer.</summary>
    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        foreach (var (name, value) in MetadataHeaders.ToHeaders(responseHeaders))
        {
            HttpContext.Response.Headers.Append(name, value);
        }

        return Task.CompletedTask;
    }
}
