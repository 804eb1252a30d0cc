using System.Text.Json.Nodes;
using RemoteFiles.Files;

namespace RemoteFiles.JsonApi;

/// <summary>What a selector says at its top about directory, type and name, so that most entries need not be made into documents first.</summary>
internal sealed class SearchFilter(JsonObject selector)
{
    private readonly string? type = Text(selector["type"]);
    private readonly string? name = Text(selector["name"]);

    public string? FolderId { get; } = Text(selector["dir_id"]);

    /// <summary>At least the entries that the selector describes.</summary>
    public IAsyncEnumerable<Entry> Of(IAsyncEnumerable<Entry> entries) =>
        entries.Where(entry => (type ?? TypeOf(entry)) == TypeOf(entry) && (name ?? entry.Path.Name) == entry.Path.Name);

    private static string TypeOf(Entry entry) => entry.IsFolder ? "directory" : "file";

    // "b.txt" or {"$eq":"b.txt"}
    private static string? Text(JsonNode? test) =>
        test is JsonValue value && value.TryGetValue(out string? text) ? text
        : test is JsonObject { Count: 1 } operation ? Text(operation["$eq"])
        : null;
}
