using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rpc.Wire;

namespace Rpc.Server;

/// <summary>Takes a gRPC request to its method, and makes a status of whatever comes out of it.</summary>
internal sealed partial class CallDispatcher(IOptions<GrpcServiceOptions> options, TimeProvider clock, ILogger<CallDispatcher> log)
{
    private readonly GrpcServiceOptions options = options.Value;

    public async Task DispatchAsync(HttpContext http, ServiceMethod method)
    {
        if (!TryAccept(http))
        {
            return;
        }

        ServerCall call;
        try
        {
            call = new ServerCall(http, method.Method, options, clock);
        }
        catch (RpcException e)
        {
            http.Response.Headers[GrpcProtocol.AcceptEncodingHeader] = GrpcProtocol.AcceptedEncodings;
            ServerTrailers.Write(http.Response, started: false, e.Status, []);
            return;
        }

        await using (call)
        {
            try
            {
                await method.HandleAsync(call);
                await call.EndAsync(call.Status, null);
            }
            catch (Exception e)
            {
                var (status, trailers) = Explain(e, call);
                await call.EndAsync(status, trailers);
            }
        }
    }

    /// <summary>Answers a call of a method that is not mapped.</summary>
    public static Task RefuseUnknownAsync(HttpContext http)
    {
        if (TryAccept(http))
        {
            ServerTrailers.Write(http.Response, started: false, new Status(StatusCode.Unimplemented, $"{http.Request.Path} is not a method here."), []);
        }

        return Task.CompletedTask;
    }

    private static bool TryAccept(HttpContext http)
    {
        if (RequestHead.Refusal(http.Request) is { } refusal)
        {
            http.Response.StatusCode = refusal;
            return false;
        }

        // A stream may be silent for hours and carry any number of messages; the limit is per message.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        http.Response.ContentType = GrpcProtocol.ContentType;
        return true;
    }

    private (Status Status, Metadata? Trailers) Explain(Exception e, ServerCall call)
    {
        if (e is RpcException rpc)
        {
            Refused(call.Method, rpc.StatusCode, rpc.Status.Detail);
            return (rpc.Status, rpc.Trailers);
        }

        if (e is OperationCanceledException && (call.CallerGone || call.CancellationToken.IsCancellationRequested))
        {
            Cancelled(call.Method);
            return (Status.DefaultCancelled, null);
        }

        if (options.MapException?.Invoke(e) is { } mapped)
        {
            Refused(call.Method, mapped.StatusCode, mapped.Status.Detail);
            return (mapped.Status, mapped.Trailers);
        }

        Failed(e, call.Method);
        var detail = options.EnableDetailedErrors == true ? $"The handler failed. {e.GetType().Name}: {e.Message}" : "The handler failed.";
        return (new Status(StatusCode.Unknown, detail), null);
    }

    [LoggerMessage(LogLevel.Debug, "{Method} answers {Status}: {Detail}", EventName = "rpc.call.refused")]
    private partial void Refused(string method, StatusCode status, string detail);

    [LoggerMessage(LogLevel.Debug, "{Method} was cancelled", EventName = "rpc.call.cancelled")]
    private partial void Cancelled(string method);

    [LoggerMessage(LogLevel.Error, "{Method} failed", EventName = "rpc.call.failed")]
    private partial void Failed(Exception exception, string method);
}
