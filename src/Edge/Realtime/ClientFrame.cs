using System.Text.Json;

namespace Edge.Realtime;

/// <summary>What a client says (cozy-api 11.2): <c>{"method":"AUTH","payload":"token"}</c>, or a method with a type and perhaps an id.</summary>
internal sealed record ClientFrame(string Method, string Token, string Doctype, string Id)
{
    public bool Is(string method) => Method.Equals(method, StringComparison.OrdinalIgnoreCase);

    /// <summary>Null when it is no such message.</summary>
    public static ClientFrame? Parse(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var json = JsonDocument.Parse(message);
            if (json.RootElement is not { ValueKind: JsonValueKind.Object } frame)
            {
                return null;
            }

            var payload = frame.TryGetProperty("payload", out var found) ? found : default;
            return payload.ValueKind == JsonValueKind.Object
                ? new(Text(frame, "method"), "", Text(payload, "type"), Text(payload, "id"))
                : new(Text(frame, "method"), payload.ValueKind == JsonValueKind.String ? payload.GetString()! : "", "", "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
