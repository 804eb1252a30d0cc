using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Migration.Queue;

/// <summary>What the messages say (cozy-api 6.2). Members that are not known are passed over; credentials are never among them.</summary>
internal sealed record Command(string? MigrationId, string? WorkplaceFqdn, string? AccountId, string? SourcePath, long Timestamp)
{
    /// <summary>Does it name a migration?</summary>
    [JsonIgnore]
    public bool IsComplete => !string.IsNullOrEmpty(MigrationId) && !string.IsNullOrEmpty(WorkplaceFqdn);

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, CommandJson.Wire.Command);

    /// <summary>False when the body is not JSON. JSON that is no command is a command without its members.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out Command command)
    {
        command = new(null, null, null, null, 0);
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            if (reader.Read() || json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return json.RootElement.ValueKind != JsonValueKind.Undefined;
            }

            command = new(
                Text(json.RootElement, "migrationId"), Text(json.RootElement, "workplaceFqdn"), Text(json.RootElement, "accountId"),
                Text(json.RootElement, "sourcePath"), 0);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

[JsonSerializable(typeof(Command))]
internal sealed partial class CommandJson : JsonSerializerContext
{
    public static CommandJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,

        // No HTML is near: a path is written in UTF-8 as it is.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
