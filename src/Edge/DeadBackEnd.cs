using Yarp.ReverseProxy.Forwarder;

namespace Edge;

/// <summary>A service that does not answer is 503 with Retry-After: "later", never "not there" (clients delete files on a false 404).</summary>
internal sealed class DeadBackEnd(RequestDelegate next)
{
    private const string Body =
        """
        {"errors":[{"status":"503","title":"Service Unavailable","detail":"the service behind this address does not answer, please retry later","source":{}}]}

        """;

    // By this name a sync client knows that all of the server is away, and ends its run.
    private const string DavBody =
        """
        <?xml version="1.0" encoding="utf-8"?>
        <d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">
          <s:exception>Sabre\DAV\Exception\ServiceUnavailable</s:exception>
          <s:message>the service behind this address does not answer, please retry later</s:message>
        </d:error>

        """;

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        var error = context.GetForwarderErrorFeature()?.Error;
        if (error is null or ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        // The client's own broken body is its own fault, and YARP has said so.
        if (error is ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled)
        {
            return;
        }

        context.Response.Clear();
        await WriteAsync(context);
    }

    public static async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "5";
        var isDav = context.Request.Path.StartsWithSegments("/remote.php");
        context.Response.ContentType = isDav ? "application/xml; charset=utf-8" : "application/vnd.api+json";
        await context.Response.WriteAsync(isDav ? DavBody : Body, context.RequestAborted);
    }
}
