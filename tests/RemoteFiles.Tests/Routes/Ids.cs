using System.Text.Json.Nodes;

namespace RemoteFiles.Tests.Routes;

/// <summary>What a test needs from a JSON:API document to go on.</summary>
internal static class Ids
{
    public static string Of(Answer answer) => (string)Data(answer)["id"]!;

    public static JsonNode Data(Answer answer) => JsonNode.Parse(answer.Text)!["data"]!;

    public static JsonNode Attributes(Answer answer) => Data(answer)["attributes"]!;

    public static IReadOnlyList<string> NamesIn(Answer list) => [.. Data(list).AsArray().Select(item => (string)item!["attributes"]!["name"]!)];
}
