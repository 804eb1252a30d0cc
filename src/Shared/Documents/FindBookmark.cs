using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>The place of a document in the order of a question: its sort keys, a missing one as null, then its id.</summary>
internal sealed record FindBookmark(IReadOnlyList<FindKey> Keys, string Id) : IComparable<FindBookmark>
{
    public static FindBookmark Of(JsonObject document, IReadOnlyList<string[]> sort, string id) =>
        new([.. sort.Select(path => FieldPath.TryGet(document, path, out var value) ? new FindKey(true, value?.DeepClone()) : new(false, null))], id);

    /// <summary>As a client hands it back.</summary>
    /// <exception cref="FaultException">Malformed: it is none of ours, or of a question with other sort keys.</exception>
    public static FindBookmark Parse(string text, int keys)
    {
        try
        {
            if (Base64Url.IsValid(text) && JsonNode.Parse(Base64Url.DecodeFromChars(text)) is JsonArray { Count: > 0 } parts && parts.Count == keys + 1)
            {
                return new([.. parts.SkipLast(1).Select(FindKey.Read)], parts[^1]!.GetValue<string>());
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
        }

        throw new FaultException(Fault.Malformed, "Invalid bookmark value");
    }

    public int CompareTo(FindBookmark? other)
    {
        for (var i = 0; i < Keys.Count; i++)
        {
            if (Keys[i].CompareTo(other!.Keys[i]) is not 0 and var order)
            {
                return order;
            }
        }

        return string.CompareOrdinal(Id, other!.Id);
    }

    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(new JsonArray([.. Keys.Select(key => key.Write()), JsonValue.Create(Id)]).ToJsonString()));
}

/// <summary>A field that a question sorts by; one that is missing comes before all that are there.</summary>
internal sealed record FindKey(bool IsThere, JsonNode? Value) : IComparable<FindKey>
{
    public static FindKey Read(JsonNode? json) => json is JsonArray { Count: var count } one ? new(count > 0, count > 0 ? one[0] : null) : throw new JsonException();

    public JsonNode Write() => IsThere ? new JsonArray(Value?.DeepClone()) : new JsonArray();

    public int CompareTo(FindKey? other) =>
        IsThere && other!.IsThere ? Collation.Compare(Value, other.Value) : IsThere.CompareTo(other!.IsThere);
}
