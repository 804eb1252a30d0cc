using System.Text;
using System.Text.Json.Nodes;

namespace SystemTests.Api;

/// <summary>docs/api.md: the OpenAPI document as people read it.</summary>
internal static class ApiReference
{
    public static string Write(JsonNode document)
    {
        var text = new StringBuilder();
        text.Append(
            """
            # The API

            Made from `/openapi.json`, which every edge serves; `BRIDGE_UPDATE_DOCS=1 ./test System.Tests` writes it again. A token goes into
            `Authorization: Bearer …`; *scope* is the permission it must hold. Errors are JSON:API (`errors[0].status`, `title`, `detail`,
            `source`), CouchDB's under `/data`. WebDAV and OCS are those of Nextcloud: [nextcloud-clients.md](nextcloud-clients.md).

            """);
        foreach (var group in ApiOperation.AllOf(document).GroupBy(operation => (string)operation.Json["tags"]![0]!))
        {
            text.Append($"\n## /{group.Key}\n");
            foreach (var operation in group.Where(operation => !operation.SpeaksItsOwnProtocol))
            {
                Write(text, operation);
            }

            foreach (var path in group.Where(operation => operation.SpeaksItsOwnProtocol).GroupBy(operation => operation.Path))
            {
                text.Append($"\n`{path.Key}`: {string.Join(", ", path.Select(operation => operation.Method))}\n");
            }
        }

        text.Append("\n## Messages\n");
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
        {
            text.Append($"\n### {name}\n").Append(schema!["description"] is { } about ? $"{about}\n" : "").Append('\n');
            foreach (var (field, value) in schema["properties"] as JsonObject ?? [])
            {
                text.Append($"- `{field}` {TypeOf(value!)}{(value!["description"] is { } description ? ": " + description : "")}\n");
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, ApiOperation operation)
    {
        text.Append($"\n### {operation.Method} {operation.Path}\n{operation.Json["summary"]}");
        text.Append(operation.Scope switch { null => "", "" => " *Any valid token.*", var scope => $" *Scope `{scope}`.*" }).Append('\n');
        foreach (var parameter in operation.Json["parameters"]!.AsArray().Where(each => (string)each!["in"]! != "path" && each["description"] is not null))
        {
            text.Append($"- `{parameter!["name"]}`: {parameter["description"]}\n");
        }

        var bare = operation.Json["parameters"]!.AsArray()
            .Where(each => (string)each!["in"]! != "path" && each["description"] is null).Select(each => Bare(each!)).ToArray();
        if (bare.Length > 0)
        {
            text.Append($"- {string.Join(", ", bare)}\n");
        }

        if (operation.Json["requestBody"]?["content"] is JsonObject body)
        {
            text.Append($"- takes {ContentOf(body)}\n");
        }

        foreach (var (status, answer) in operation.Json["responses"]!.AsObject().Where(each => each.Key != "default"))
        {
            text.Append($"- answers {status}{(answer!["content"] is JsonObject { Count: > 0 } content ? " " + ContentOf(content) : "")}\n");
        }
    }

    private static string Bare(JsonNode parameter) =>
        parameter["schema"]?["enum"] is JsonArray values ? $"`{parameter["name"]}={string.Join('|', values)}`" : $"`{parameter["name"]}`";

    private static string ContentOf(JsonObject content) => string.Join(
        " or ", content.GroupBy(each => each.Value?["schema"] is { } schema ? TypeOf(schema) : "", each => each.Key)
            .Select(group => $"{string.Join(" or ", group.Select(type => $"`{type}`"))}{(group.Key.Length > 0 ? $": {group.Key}" : "")}"));

    private static string TypeOf(JsonNode schema) =>
        schema["$ref"] is { } reference ? ((string)reference!).Split('/')[^1]
        : schema["oneOf"] is JsonArray one ? string.Join(" or ", one.Select(each => TypeOf(each!)))
        : schema["items"] is { } item ? $"list of {TypeOf(item)}"
        : schema["properties"]?["data"] is { } data ? $"data: {TypeOf(data)}"
        : schema["type"] is JsonArray types ? string.Join(" or ", types)
        : (string?)schema["type"] ?? "anything";
}
