using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RemoteFiles.Files;

/// <summary>What clients note on a document of the drive: kept, shown, and never looked into.</summary>
internal sealed record Annotations
{
    public static Annotations None { get; } = new();

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Null: nothing was ever noted.</summary>
    public JsonObject? Metadata { get; init; }

    public bool Favorite { get; init; }

    /// <summary>Where the document came from, as its uploader says: an account's id, and its name there.</summary>
    public string SourceAccount { get; init; } = "";

    public string SourceAccountIdentifier { get; init; } = "";

    public static Annotations Parse(string json) => json.Length <= 2 ? None : JsonSerializer.Deserialize(json, AnnotationsJson.Default.Annotations) ?? None;

    public override string ToString() => this == None ? "{}" : JsonSerializer.Serialize(this, AnnotationsJson.Default.Annotations);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(Annotations))]
internal sealed partial class AnnotationsJson : JsonSerializerContext;
