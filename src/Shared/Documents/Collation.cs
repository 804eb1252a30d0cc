using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shared.Documents;

/// <summary>CouchDB's order of JSON values: null, false, true, numbers, strings, arrays, objects; text by its UTF-16 units, not by a language.</summary>
internal static class Collation
{
    public static int Compare(JsonNode? left, JsonNode? right)
    {
        var (kind, other) = (KindOf(left), KindOf(right));
        return kind != other ? Rank(kind).CompareTo(Rank(other)) : kind switch
        {
            JsonValueKind.Number => CompareNumbers(left!, right!),
            JsonValueKind.String => string.CompareOrdinal(left!.GetValue<string>(), right!.GetValue<string>()),
            JsonValueKind.Array => CompareLists([.. left!.AsArray()], [.. right!.AsArray()]),
            JsonValueKind.Object => CompareLists(Members(left!), Members(right!)),
            _ => 0,
        };
    }

    private static int CompareLists(IReadOnlyList<JsonNode?> left, IReadOnlyList<JsonNode?> right)
    {
        for (var i = 0; i < left.Count && i < right.Count; i++)
        {
            if (Compare(left[i], right[i]) is not 0 and var order)
            {
                return order;
            }
        }

        return left.Count.CompareTo(right.Count);
    }

    // A whole number of 64 bits is not rounded.
    private static int CompareNumbers(JsonNode left, JsonNode right) =>
        left.AsValue().TryGetValue(out long a) && right.AsValue().TryGetValue(out long b) ? a.CompareTo(b) : left.GetValue<double>().CompareTo(right.GetValue<double>());

    // Not in the order they were written: {"a":1,"b":2} is {"b":2,"a":1}.
    private static List<JsonNode?> Members(JsonNode json) =>
        [.. json.AsObject().OrderBy(member => member.Key, StringComparer.Ordinal).SelectMany(member => new[] { JsonValue.Create(member.Key), member.Value })];

    private static JsonValueKind KindOf(JsonNode? node) => node?.GetValueKind() ?? JsonValueKind.Null;

    private static int Rank(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Null => 0,
        JsonValueKind.False => 1,
        JsonValueKind.True => 2,
        JsonValueKind.Number => 3,
        JsonValueKind.String => 4,
        JsonValueKind.Array => 5,
        _ => 6,
    };
}
