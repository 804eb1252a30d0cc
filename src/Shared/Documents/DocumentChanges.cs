using System.Text.Json.Nodes;
using Shared.Faults;

namespace Shared.Documents;

/// <summary>Writes what clients send as documents.</summary>
internal static class DocumentChanges
{
    private static readonly string[] Known = ["_id", "_rev", "_type"];

    /// <summary>A document with a new id, or with the one that is given.</summary>
    public static Task<Document> CreateAsync(this DocumentRequest request, string? id, JsonObject body)
    {
        Strip(body);
        return request.Documents.CreateAsync(id is null ? null : Check(id), body, request.Ct);
    }

    public static Task<Document> UpdateAsync(this DocumentRequest request, string id, string rev, JsonObject body)
    {
        Strip(body);
        return request.Documents.UpdateAsync(new(Check(id), rev, body), request.Ct);
    }

    public static Task<string> DeleteAsync(this DocumentRequest request, string id, string rev) => request.Documents.DeleteAsync(id, rev, request.Ct);

    /// <summary>A member such as <c>_id</c>; "" when it is not there.</summary>
    public static string Special(this JsonObject body, string name) => body[name] switch
    {
        null => "",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => throw new FaultException(Fault.Malformed, $"{name} is not a text"),
    };

    // What CouchDB keeps for itself is not part of a body.
    private static void Strip(JsonObject body)
    {
        Array.ForEach(Known, name => body.Remove(name));
        if (body.Select(member => member.Key).FirstOrDefault(name => name.StartsWith('_')) is { } special)
        {
            throw new FaultException(Fault.Malformed, $"Bad special document member: {special}");
        }
    }

    private static string Check(string id) => id.Length > 0 && !id.StartsWith('_')
        ? id
        : throw new FaultException(Fault.Malformed, "Only reserved document ids may start with underscore.");
}
