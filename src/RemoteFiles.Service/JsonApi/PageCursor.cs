using System.Text.Json;
using System.Text.Json.Nodes;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.JsonApi;

/// <summary>Where a page of children begins, as clients hand it back: <c>[["&lt;directory id&gt;","file","b.txt"],"&lt;id&gt;"]</c>.</summary>
internal static class PageCursor
{
    private const string Folder = "directory";

    public static string Write(string folderId, PageKey key) =>
        new JsonArray(new JsonArray(folderId, key.IsFolder ? Folder : "file", key.Name), key.Id).ToJsonString();

    public static PageKey Read(string cursor)
    {
        JsonArray? parts;
        try
        {
            parts = JsonNode.Parse(cursor) as JsonArray;
        }
        catch (JsonException)
        {
            throw new FaultException(Fault.Malformed, $"bad json cursor {cursor}");
        }

        return parts is [JsonArray and [_, JsonValue kind, JsonValue name], JsonValue id]
            && kind.TryGetValue(out string? type) && name.TryGetValue(out string? text) && id.TryGetValue(out string? key)
            ? new(type == Folder, text, key)
            : throw new FaultException(Fault.Malformed, $"bad cursor length {cursor}");
    }
}
