using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Faults;

namespace Shared.Errors;

/// <summary>Tells a REST caller what went wrong, in the writer that the contract names for the route (cozy-api 1.2).</summary>
internal static class ErrorAnswer
{
    // Of a 503 or 429 that knows nothing better.
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(10);

    public static async Task WriteAsync(HttpContext context, Exception error)
    {
        var fault = AsFault(error);
        var answer = fault.Fault.Answer();
        var response = context.Response;
        response.Clear();
        var isLater = answer.Http is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests;
        if ((fault.RetryAfter ?? (isLater ? UsualWait : null)) is { } wait)
        {
            response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<ErrorForm>() is { } form)
        {
            await form.WriteAsync(context, fault);
            return;
        }

        if (context.Request.IsGrpc())
        {
            FaultsOverGrpc.WriteTrailersOnly(response, fault, answer);
            return;
        }

        response.StatusCode = answer.Http;
        if (fault is AccessException { Challenge.Length: > 0 } access)
        {
            response.Headers.WWWAuthenticate = access.Challenge;
        }

        if (error is MethodNotAllowedException notAllowed)
        {
            response.Headers.Allow = string.Join(", ", notAllowed.Allowed);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (context.Request.Path.StartsWithSegments("/data"))
        {
            await CouchError.WriteAsync(response, fault, answer);
        }
        else if (fault is AccessException)
        {
            await FrameworkError.WriteAsync(context, fault.Message);
        }
        else
        {
            await JsonApiError.WriteAsync(response, fault, answer);
        }
    }

    /// <summary>What an exception means to a caller; what nobody classified is a mistake of ours and says nothing of its inside.</summary>
    public static FaultException AsFault(Exception error) => error switch
    {
        FaultException fault => fault,
        BadRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } large => new(Fault.TooLarge, large.Message),
        BadRequestException bad => new(Fault.Malformed, bad.Message),
        MethodNotAllowedException => new AccessException(Fault.MethodNotAllowed, "Method Not Allowed"),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(Fault.TooLarge, "the request is too large"),
        DbException => new(Fault.Unavailable, "the storage cannot be read or written now", error) { RetryAfter = TimeSpan.FromSeconds(10) },
        BadHttpRequestException => new(Fault.Malformed, "the request was cut short or is malformed"),
        _ => new(Fault.Internal, "internal server error", error),
    };
}
