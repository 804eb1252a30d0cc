using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Edge;

/// <summary>
/// The request target and the Host cross the edge byte for byte. YARP's own path handling would fold <c>..</c>, decode
/// <c>%2B</c> and encode <c>%2F</c> again, and another file would be meant.
/// </summary>
internal static class Unchanged
{
    public static void Apply(TransformBuilderContext route)
    {
        route.AddOriginalHost();
        route.AddRequestTransform(context =>
        {
            var target = context.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

            // RFC 9112 section 3.2.2: a request to a proxy may name the whole URL.
            if (!target.StartsWith('/') && Uri.TryCreate(target, UriKind.Absolute, out var absolute))
            {
                target = absolute.PathAndQuery;
            }

            context.ProxyRequest.RequestUri = new Uri(
                context.DestinationPrefix.TrimEnd('/') + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            return ValueTask.CompletedTask;
        });
    }
}
