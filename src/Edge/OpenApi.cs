using System.Text.Json.Nodes;

namespace Edge;

/// <summary><c>/openapi.json</c>: what the services behind the edge say of themselves, as one document.</summary>
internal static class OpenApi
{
    private const string Path = "/openapi.json";

    public static void MapOpenApi(this WebApplication app) => app.MapGet(Path, static async (HttpContext context, IHttpClientFactory clients) =>
    {
        var ct = context.RequestAborted;
        if (await ReadAsync(clients, Routes.RemoteFiles, ct) is not { } remoteFiles || await ReadAsync(clients, Routes.Migration, ct) is not { } migration)
        {
            await DeadBackEnd.WriteAsync(context);
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Merge(remoteFiles, migration).ToJsonString(), ct);
    });

    private static async Task<JsonNode?> ReadAsync(IHttpClientFactory clients, string service, CancellationToken ct)
    {
        try
        {
            using var http = clients.CreateClient(service);
            await using var body = await http.GetStreamAsync(new Uri(Path, UriKind.Relative), ct);
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
