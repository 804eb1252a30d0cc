using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rpc.Transcoding;

namespace Rpc.OpenApi;

public static class OpenApiExtensions
{
    /// <summary>Serves the OpenAPI document of everything that is mapped here with <c>MapRaw</c> and by google.api.http rules.</summary>
    public static IEndpointConventionBuilder MapOpenApi(this IEndpointRouteBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var sources = builder.DataSources;
        return builder.MapRaw("GET", path, async context =>
        {
            var options = context.RequestServices.GetRequiredService<IOptions<OpenApiOptions>>().Value;
            context.Response.ContentType = "application/json";
            await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
            OpenApiDocument.Of(sources.SelectMany(source => source.Endpoints), options).WriteTo(writer);
        });
    }

    /// <summary>What a raw route is for, and the media types of its body, if it takes one.</summary>
    public static TBuilder Describe<TBuilder>(this TBuilder builder, string summary, params string[] takes)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.WithSummary(summary);
        return takes.Length == 0 ? builder : builder.WithMetadata(new AcceptsMetadata(takes));
    }

    /// <summary>A success of a raw route: its status, and the media type of its body, if there is one.</summary>
    public static TBuilder Answers<TBuilder>(this TBuilder builder, int status, string? mediaType = null)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(void), mediaType is null ? [] : [mediaType]));

    /// <summary>A query parameter that a raw route reads.</summary>
    public static TBuilder Reads<TBuilder>(this TBuilder builder, string query, string description)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ParameterDoc(query, description));
}
