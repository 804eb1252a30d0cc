using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rpc.Transcoding;

namespace Rpc.OpenApi;

/// <summary>The OpenAPI 3.1 document of the raw routes and transcoded methods of an application.</summary>
internal static class OpenApiDocument
{
    // OpenAPI knows no PROPFIND: other methods stand under this name, in the same form.
    private const string OtherMethods = "x-methods";

    private static readonly HashSet<string> KnownMethods = new(["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"], StringComparer.Ordinal);

    public static JsonObject Of(IEnumerable<Endpoint> endpoints, OpenApiOptions options)
    {
        var schemas = new MessageSchemas();
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var names = new Dictionary<string, RawTemplate>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<RawRoute>() is not { } route
                || endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is { ExcludeFromDescription: true }
                || options.Facts(endpoint) is not { } facts)
            {
                continue;
            }

            // Two routes of one shape are one path here, whatever they call its variables.
            var template = names.TryAdd(Shape(route.Template), route.Template) ? route.Template : names[Shape(route.Template)];
            var operation = Operation.Of(endpoint, route, template, facts, schemas);
            var path = PathOf(template);
            if (!paths.TryGetValue(path, out var item))
            {
                paths[path] = item = [];
            }

            var (holder, method) = KnownMethods.Contains(route.Method)
                ? (item, route.Method.ToLowerInvariant())
                : ((JsonObject)(item[OtherMethods] ??= new JsonObject()), route.Method);
            holder[method] = holder[method] is JsonObject other ? Operation.Merge(other, operation) : operation;
        }

        return new()
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = options.Title, ["version"] = "1" },
            ["paths"] = new JsonObject(paths.Select(each => KeyValuePair.Create<string, JsonNode?>(each.Key, each.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components,
                ["responses"] = options.ErrorAnswers(),
                ["securitySchemes"] = new JsonObject { [Operation.TokenScheme] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT" } },
            },
        };
    }

    private static string Shape(RawTemplate template) => Render(template, _ => "{}");

    private static string PathOf(RawTemplate template) => Render(template, name => $"{{{name}}}");

    private static string Render(RawTemplate template, Func<string, string> variable) =>
        string.Concat(template.Segments.Select(segment => "/" + (segment.Kind == RawTemplate.SegmentKind.Literal ? segment.Text : variable(segment.Text))))
        + (template.Verb is { } verb ? ":" + verb : "");
}
