using System.Text.Json.Nodes;

namespace SystemTests.Api;

/// <summary>One operation of the OpenAPI document: a method on a path, and what it takes.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonObject Json)
{
    public IEnumerable<string> PathVariables => Parameters("path");

    public IEnumerable<string> QueryParameters => Parameters("query");

    /// <summary>Media types of its body; none when it takes no body.</summary>
    public IReadOnlyList<string> Bodies => [.. (Json["requestBody"]?["content"] as JsonObject ?? []).Select(each => each.Key)];

    public bool TakesJson => Bodies.Any(type => type.EndsWith("json", StringComparison.Ordinal));

    /// <summary>Null: it asks no token. Empty: any token.</summary>
    public string? Scope => (Json["security"] as JsonArray)?[0]?["token"] is not JsonArray scopes ? null : (string?)scopes.FirstOrDefault() ?? "";

    public bool Changes => Method is not ("GET" or "HEAD" or "OPTIONS" or "PROPFIND" or "REPORT" or "SEARCH");

    /// <summary>WebDAV and OCS have error bodies of their own.</summary>
    public bool SpeaksItsOwnProtocol => ((string)Json["responses"]!["default"]!["$ref"]!).EndsWith("ErrorOfProtocol", StringComparison.Ordinal);

    public string Name => $"{Method} {Path}";

    public static IEnumerable<ApiOperation> AllOf(JsonNode document)
    {
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                if (method != "x-methods")
                {
                    yield return new(method.ToUpperInvariant(), path, operation!.AsObject());
                }
            }

            foreach (var (method, operation) in item["x-methods"] as JsonObject ?? [])
            {
                yield return new(method, path, operation!.AsObject());
            }
        }
    }

    public override string ToString() => Name;

    private IEnumerable<string> Parameters(string place) =>
        Json["parameters"]!.AsArray().Where(each => (string)each!["in"]! == place).Select(each => (string)each!["name"]!).Distinct();
}
