using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Rpc.Transcoding;

/// <summary>How messages of one type are written as JSON: by JSON name, without what is unset, as the options of each field say.</summary>
internal sealed class MessageShape
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MessageShape> Shapes = new();

    private readonly MessageDescriptor type;
    private readonly Lazy<FieldShape[]> fields;
    private readonly bool hasOwnJson;

    private MessageShape(MessageDescriptor type)
    {
        this.type = type;
        // Lazy: a message may hold others of its own type.
        fields = new(() => [.. type.Fields.InDeclarationOrder().Select(field => new FieldShape(field))]);
        hasOwnJson = type.File.Package == "google.protobuf" && type.FullName != "google.protobuf.Empty";
    }

    public static MessageShape Of(MessageDescriptor type) => Shapes.GetOrAdd(type, static one => new(one));

    public void Write(Utf8JsonWriter writer, IMessage message)
    {
        if (hasOwnJson)
        {
            // Timestamp, Duration, Struct and the like have JSON forms of their own.
            writer.WriteRawValue(JsonFormatter.Default.Format(message), skipInputValidation: true);
            return;
        }

        writer.WriteStartObject();
        foreach (var field in fields.Value)
        {
            field.Write(writer, message);
        }

        writer.WriteEndObject();
    }

    /// <summary>The answer of a message that is not there but must be written.</summary>
    public void WriteUnset(Utf8JsonWriter writer) => Write(writer, type.Parser.ParseFrom(ByteString.Empty));
}
