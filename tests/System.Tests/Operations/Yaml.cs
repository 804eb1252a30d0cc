using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace SystemTests.Operations;

/// <summary>The documents of a YAML file of this repository, with what they merge; every scalar is a text.</summary>
internal static class Yaml
{
    public static IReadOnlyList<JsonNode> Read(params string[] path)
    {
        using var text = File.OpenText(Path.Combine([Repository.Root, .. path]));
        var parser = new MergingParser(new Parser(text));
        var (deserializer, documents) = (new DeserializerBuilder().Build(), new List<JsonNode>());
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();
        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            documents.Add(NodeOf(deserializer.Deserialize<object>(parser))!);
        }

        return documents;
    }

    public static IReadOnlyList<string> Texts(JsonNode? list) => list is null ? [] : [.. list.AsArray().Select(item => (string)item!)];

    private static JsonNode? NodeOf(object? value) => value switch
    {
        null => null,
        Dictionary<object, object> map => new JsonObject(map.Select(pair => KeyValuePair.Create((string)pair.Key, NodeOf(pair.Value)))),
        List<object> list => new JsonArray([.. list.Select(NodeOf)]),
        _ => JsonValue.Create((string)value),
    };
}
