using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Edge;

/// <summary><c>/openapi.json</c>: what the services behind the edge say of themselves, as one document.</summary>
internal static class OpenApi
{
    private const string Path = "/openapi.json";

    public static void MapOpenApi(this WebApplication app) => app.MapGet(Path, static async (HttpContext context, HttpClient http, IOptions<EdgeOptions> options) =>
    {
        var ct = context.RequestAborted;
        if (await ReadAsync(http, options.Value.RemoteFiles!, ct) is not { } remoteFiles || await ReadAsync(http, options.Value.Migration!, ct) is not { } migration)
        {
            await DeadBackEnd.WriteAsync(context);
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Merge(remoteFiles, migration).ToJsonString(), ct);
    });

    private static async Task<JsonNode?> ReadAsync(HttpClient http, Uri service, CancellationToken ct)
    {
        try
        {
            await using var body = await http.GetStreamAsync(new Uri(service, Path), ct);
            return await JsonNode.ParseAsync(body, cancellationToken: ct);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    // The first wins where both have something: it is the same then.
    private static JsonNode Merge(JsonNode into, JsonNode other)
    {
        if (into is JsonObject known && other is JsonObject more)
        {
            foreach (var (name, value) in more)
            {
                if (known[name] is { } same)
                {
                    Merge(same, value!);
                }
                else
                {
                    known[name] = value?.DeepClone();
                }
            }
        }

        return into;
    }
}
