namespace Edge;

/// <summary>
/// What the edge adds to every answer: over TLS, that this server is to be asked over TLS alone (RFC 6797); and to those of its own,
/// what the services say in theirs.
/// </summary>
internal static class AnswerHeaders
{
    public static void UseAnswerHeaders(this WebApplication app, EdgeOptions options)
    {
        var lifetime = options.StrictTransportDays * 24L * 60 * 60;
        var strictTransport = lifetime > 0 ? $"max-age={lifetime}" : "";
        app.Use((context, next) =>
        {
            context.Response.OnStarting(
                _ =>
                {
                    Complete(context, strictTransport);
                    return Task.CompletedTask;
                },
                context);
            return next(context);
        });
    }

    private static void Complete(HttpContext context, string strictTransport)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (headers["Referrer-Policy"].Count == 0)
        {
            headers["Referrer-Policy"] = "no-referrer";
        }

        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        }

        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        if (context.Request.IsHttps && strictTransport.Length > 0)
        {
            headers.StrictTransportSecurity = strictTransport;
        }
    }
}
