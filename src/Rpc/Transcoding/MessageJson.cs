using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;

namespace Rpc.Transcoding;

public static class MessageJson
{
    /// <summary>A message as a transcoded method would write it.</summary>
    public static JsonObject ToJson(this IMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonText.Options))
        {
            MessageShape.Of(message.Descriptor).Write(json, message);
        }

        return JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
    }
}
