using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shared.Access;
using Shared.Faults;

namespace Shared.Errors;

/// <summary>The outermost room: what is thrown below becomes an answer; a route nobody has becomes 404.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, ILogger<FaultMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.GetEndpoint() is null && !context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status404NotFound)
            {
                throw new AccessException(Fault.NotFound, "Not Found");
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone; nobody reads an answer.
            context.Abort();
        }
        catch (Exception error)
        {
            await AnswerAsync(context, error);
        }
    }

    /// <summary>Also the error hook of JSON transcoding.</summary>
    public static Task AnswerAsync(HttpContext context, Exception error, ILogger log)
    {
        FaultLog.Tell(log, context, error);
        if (context.Response.HasStarted)
        {
            // Half an answer must not look whole.
            context.Abort();
            return Task.CompletedTask;
        }

        return ErrorAnswer.WriteAsync(context, error);
    }

    private Task AnswerAsync(HttpContext context, Exception error) => AnswerAsync(context, error, log);
}
