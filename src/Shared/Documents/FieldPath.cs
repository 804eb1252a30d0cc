using System.Text.Json.Nodes;

namespace Shared.Documents;

/// <summary>The name of a field inside a document, as Mango writes it: members joined by dots, a dot of a name escaped by a backslash.</summary>
internal static class FieldPath
{
    public static string[] Parse(string text) =>
        [.. text.Replace("\\.", "\0", StringComparison.Ordinal).Split('.').Select(name => name.Replace('\0', '.'))];

    public static bool TryGet(JsonObject document, string[] path, out JsonNode? value)
    {
        value = document;
        foreach (var name in path)
        {
            if (value is not JsonObject inner || !inner.TryGetPropertyValue(name, out value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Puts a value at the path, making the objects on its way.</summary>
    public static void Set(JsonObject document, string[] path, JsonNode? value)
    {
        foreach (var name in path[..^1])
        {
            if (document[name] is not JsonObject)
            {
                document[name] = new JsonObject();
            }

            document = document[name]!.AsObject();
        }

        document[path[^1]] = value?.DeepClone();
    }
}
