using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shared.Access;

namespace Shared.Hosting;

/// <summary>
/// What every answer says to browsers and caches, unless its door says it in its own words: it is of the type that it names, nothing
/// in it runs or is framed, no address leaks from it, and nobody else gets it from a cache (OWASP ASVS 4.0.3 sections 8.2 and 14.4).
/// </summary>
internal static class AnswerHeaders
{
    private const string NothingRuns = "default-src 'none'; frame-ancestors 'none'; sandbox";
    private const string NotKept = "no-store";

    // A browser may keep it, and asks each time whether it is still the same.
    private const string KeptByItsOwner = "private, no-cache";

    public static void UseAnswerHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        if (!context.Request.IsGrpc())
        {
            context.Response.OnStarting(Complete, context.Response);
        }

        return next(context);
    });

    private static Task Complete(object state)
    {
        var headers = ((HttpResponse)state).Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = NothingRuns;
        }

        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = headers.ETag.Count > 0 ? KeptByItsOwner : NotKept;
        }

        return Task.CompletedTask;
    }
}
