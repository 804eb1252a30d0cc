using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>Which ids _all_docs lists: CouchDB's start_key, end_key, inclusive_end and descending, each key in JSON (or bare) and under either spelling.</summary>
internal sealed record KeyRange(string? Start, string? End, bool WithEnd, bool Descending)
{
    public static KeyRange Of(IQueryCollection query)
    {
        // A key alone is a range of one.
        var key = Key(query, "key", "key");
        return new(
            key ?? Key(query, "startkey", "start_key"),
            key ?? Key(query, "endkey", "end_key"),
            query["inclusive_end"] != "false",
            query["descending"] == "true");
    }

    /// <summary>Null when no list of keys is given.</summary>
    public static JsonArray? KeysOf(IQueryCollection query)
    {
        if (query["keys"].ToString() is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text) as JsonArray ?? throw Malformed();
        }
        catch (JsonException)
        {
            throw Malformed();
        }

        static FaultException Malformed() => new(Fault.Malformed, "`keys` must be an array of ids");
    }

    /// <summary>False after the last id of the range.</summary>
    public bool Holds(string id) => End is null || (Descending ? Compare(id, End) >= 0 : Compare(id, End) <= 0);

    /// <summary>False for the end itself when it is excluded.</summary>
    public bool Takes(string id) => WithEnd || id != End;

    // As the database orders ids: byte by byte.
    private static int Compare(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private static string? Key(IQueryCollection query, string name, string other)
    {
        var text = query[name].ToString() is { Length: > 0 } given ? given : query[other].ToString();
        try
        {
            return text.Length == 0 ? null : text[0] != '"' ? text : (string?)JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            throw new FaultException(Fault.Malformed, $"invalid UTF-8 JSON in {name}");
        }
    }
}
