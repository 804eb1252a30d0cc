using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Rpc.Transcoding;

/// <summary>Chooses the endpoint of a request by its raw target; ASP.NET's own routing skips a request that has one.</summary>
internal sealed class RawRoutingMiddleware(RequestDelegate next, EndpointDataSource endpoints, ErrorAnswers errors)
{
    private readonly RawRouteTable table = new(endpoints.Endpoints);

    public Task InvokeAsync(HttpContext context)
    {
        if (RawTarget.Segments(context) is { } segments)
        {
            var match = table.Find(context.Request, segments);
            if (match.Endpoint is not null)
            {
                context.Features.Set(new RawRouteValues(match.Route!.Template, segments));
                context.SetEndpoint(match.Endpoint);
            }
            else if (match.Allowed.Count > 0 && !HttpMethods.IsOptions(context.Request.Method))
            {
                context.SetEndpoint(NotAllowed(match.Allowed));
            }
        }

        return next(context);
    }

    private Endpoint NotAllowed(IReadOnlyList<string> routed)
    {
        // RFC 9110 section 15.5.6: the answer says what the path takes; HEAD comes with GET.
        IReadOnlyList<string> allowed = routed.Contains(HttpMethods.Get) && !routed.Contains(HttpMethods.Head) ? [.. routed, HttpMethods.Head] : routed;
        return new Endpoint(
            http => errors.RunAsync(http, () =>
            {
                http.Response.Headers.Allow = string.Join(", ", allowed);
                throw new MethodNotAllowedException(allowed);
            }),
            new EndpointMetadataCollection(new MethodNotAllowedMetadata(allowed)),
            "405 Method Not Allowed");
    }
}
