using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Rpc.Transcoding;

public static class RawRoutingExtensions
{
    /// <summary>Matches the routes of transcoded methods and of <see cref="MapRaw"/>; goes before <c>UseRouting()</c>.</summary>
    public static IApplicationBuilder UseRawRouting(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.UseMiddleware<RawRoutingMiddleware>(ActivatorUtilities.CreateInstance<ErrorAnswers>(app.ApplicationServices));
    }

    /// <summary>
    /// Maps a path as the client sends it, each segment decoded once; see <see cref="GetRawValue"/>. <c>{id}</c> takes one segment,
    /// <c>{path=**}</c> one or more with an empty last one among them. The method "*" takes any. What the handler throws goes to
    /// <see cref="TranscodingOptions.WriteError"/>.
    /// </summary>
    public static IEndpointConventionBuilder MapRaw(this IEndpointRouteBuilder builder, string method, string template, RequestDelegate handler)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(handler);
        return RawEndpoints.Of(builder).Add(method, RawTemplate.Parse(template), handler);
    }

    /// <summary>One segment of a URL that came elsewhere than in the target, decoded once and under the same rules.</summary>
    /// <exception cref="BadRequestException">It is not a name.</exception>
    public static string DecodeRawName(string segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return RawTarget.DecodeName(segment);
    }

    /// <summary>The route matches only when the query has exactly this value; it then wins over the same template without.</summary>
    public static TBuilder WithQuery<TBuilder>(this TBuilder builder, string name, string value)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new QueryCondition(name, value));

    /// <summary>A variable of the matched raw route: a decoded name, or for ** a path that starts with '/'. Null if the route has none of this name.</summary>
    /// <exception cref="BadRequestException">The path has a segment that is not a name. Inside the endpoint this has been checked already.</exception>
    public static string? GetRawValue(this HttpContext context, string name)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<RawRouteValues>()?[name];
    }
}
