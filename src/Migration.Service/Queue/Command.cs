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

    /// <summary>Which migration a body names. False when it is not JSON; JSON that is no command names none.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, out Command command)
    {
        command = new(null, null, null, null, 0);
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                command = command with { MigrationId = Text(json.RootElement, "migrationId"), WorkplaceFqdn = Text(json.RootElement, "workplaceFqdn") };
            }

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
