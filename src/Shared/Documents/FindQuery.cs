using System.Text.Json.Nodes;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>A question of CouchDB's _find. No index is needed: a document that lacks a field of the sort is not left out, but comes first.</summary>
internal sealed record FindQuery(Selector Selector, IReadOnlyList<string[]> Sort, bool Descending, IReadOnlyList<string[]> Fields, int Limit, int Skip, string Bookmark)
{
    private const int DefaultLimit = 100;
    private const int MostLimit = 1000;

    // What CouchDB says where there is none, and clients send back.
    private const string NoBookmark = "nil";

    /// <exception cref="FaultException">Malformed: it is no such question.</exception>
    public static FindQuery Parse(JsonObject body)
    {
        var sort = List(body, "sort").Select(SortKey).ToList();
        if (sort.Select(key => key.Descending).Distinct().Count() > 1)
        {
            throw Malformed("Sorts currently only support a single direction for all fields.");
        }

        return new(
            Selector.Parse(body["selector"] as JsonObject ?? throw Malformed("Missing required key: selector")),
            [.. sort.Select(key => key.Path)],
            sort.Exists(key => key.Descending),
            [.. List(body, "fields").Select(field => FieldPath.Parse(Text(field)))],
            LimitOf(Number(body, "limit")),
            Number(body, "skip"),
            body["bookmark"] switch
            {
                null => "",
                JsonValue value when value.TryGetValue(out string? bookmark) => bookmark == NoBookmark ? "" : bookmark,
                _ => throw Malformed("Invalid bookmark value"),
            });
    }

    /// <summary>At least one, at most a thousand; a hundred when nothing is said.</summary>
    public static int LimitOf(int asked) => asked == 0 ? DefaultLimit : Math.Min(asked, MostLimit);

    /// <summary>The fields that were asked for; all when none were.</summary>
    public JsonObject Project(JsonObject document)
    {
        if (Fields.Count == 0)
        {
            return document;
        }

        var some = new JsonObject();
        foreach (var path in Fields)
        {
            if (FieldPath.TryGet(document, path, out var value))
            {
                FieldPath.Set(some, path, value);
            }
        }

        return some;
    }

    private static (string[] Path, bool Descending) SortKey(JsonNode? key) => key is not JsonObject direction
        ? (FieldPath.Parse(Text(key)), false)
        : direction.Count == 1 && Text(direction.First().Value) is "asc" or "desc"
            ? (FieldPath.Parse(direction.First().Key), Text(direction.First().Value) == "desc")
            : throw Malformed("a sort is a field, or a field with asc or desc");

    private static IEnumerable<JsonNode?> List(JsonObject body, string name) => body[name] switch
    {
        null => [],
        JsonArray list => list,
        _ => throw Malformed($"{name} is an array"),
    };

    private static int Number(JsonObject body, string name) => body[name] switch
    {
        null => 0,
        JsonValue value when value.TryGetValue(out int number) && number >= 0 => number,
        _ => throw Malformed($"{name} is a whole number, not below 0"),
    };

    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : throw Malformed("a field is named by a text");

    private static FaultException Malformed(string message) => new(Fault.Malformed, message);
}
