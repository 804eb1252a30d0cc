using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Operations.Traces;

/// <summary>Names the span of a request by its method and the template of its route: a path would name people's files.</summary>
internal sealed class SpanName(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
        if (span is not null && context.Request.Path.StartsWithSegments("/health"))
        {
            // Every few seconds, for ever: neither this nor what it asks of others is recorded.
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            span.IsAllDataRequested = false;
        }

        await next(context);
        if (span?.IsAllDataRequested != true)
        {
            return;
        }

        var (method, status) = (context.Request.Method, context.Response.StatusCode);
        var route = context.GetEndpoint()?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.route", route);
        span.SetTag("http.request.method", method);
        span.SetTag("http.response.status_code", status.ToString(CultureInfo.InvariantCulture));
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
