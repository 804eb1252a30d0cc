using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rpc.Transcoding;

/// <summary>
/// Runs an endpoint. A failure before the first byte becomes an error answer; after it the connection is aborted, so that no answer looks whole.
/// </summary>
internal sealed partial class ErrorAnswers(IOptions<TranscodingOptions> options, ILogger<ErrorAnswers> log)
{
    private readonly Func<HttpContext, Exception, Task>? writeError = options.Value.WriteError;

    public async Task RunAsync(HttpContext http, Func<Task> endpoint)
    {
        try
        {
            await endpoint();
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (Exception e) when (http.Response.HasStarted)
        {
            Aborted(e, http.GetEndpoint()?.DisplayName);
            http.Abort();
        }
        catch (Exception e)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            http.Response.ContentType = null;
            http.Response.ContentLength = null;
            var cause = e is BadHttpRequestException bad ? new BadRequestException(bad.Message, bad.StatusCode, bad) : e;
            await (writeError is null ? WriteStatusAsync(http, cause) : writeError(http, cause));
        }
    }

    // The JSON form of google.rpc.Status, and the HTTP statuses that google/rpc/code.proto names.
    private async Task WriteStatusAsync(HttpContext http, Exception e)
    {
        var (status, code, message) = e switch
        {
            RpcException rpc => (ToHttpStatus(rpc.StatusCode), rpc.StatusCode, rpc.Status.Detail),
            BadRequestException bad => (bad.StatusCode, StatusCode.InvalidArgument, bad.Message),
            MethodNotAllowedException => (StatusCodes.Status405MethodNotAllowed, StatusCode.Unimplemented, e.Message),
            _ => (StatusCodes.Status500InternalServerError, StatusCode.Unknown, "The handler failed."),
        };
        if (code == StatusCode.Unknown)
        {
            Failed(e, http.GetEndpoint()?.DisplayName);
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await using (var writer = new Utf8JsonWriter(http.Response.BodyWriter))
        {
            writer.WriteStartObject();
            writer.WriteNumber("code", (int)code);
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }

        await http.Response.BodyWriter.FlushAsync();
    }

    private static int ToHttpStatus(StatusCode code) => code switch
    {
        StatusCode.OK => StatusCodes.Status200OK,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    [LoggerMessage(LogLevel.Warning, "{Endpoint} failed after its answer had begun; the connection is aborted", EventName = "transcoding.aborted")]
    private partial void Aborted(Exception exception, string? endpoint);

    [LoggerMessage(LogLevel.Error, "{Endpoint} failed", EventName = "transcoding.failed")]
    private partial void Failed(Exception exception, string? endpoint);
}
