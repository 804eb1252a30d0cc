using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Rest;

namespace Rpc.OpenApi;

/// <summary>JSON Schemas of proto messages as <see cref="Transcoding.MessageShape"/> writes them; each message once, under components.</summary>
internal sealed class MessageSchemas
{
    private readonly SortedDictionary<string, JsonObject> schemas = new(StringComparer.Ordinal);

    public JsonObject Components => new(schemas.Select(each => KeyValuePair.Create<string, JsonNode?>(each.Key, each.Value)));

    public JsonObject Of(MessageDescriptor message)
    {
        if (WellKnown(message.FullName) is { } known)
        {
            return known;
        }

        if (!schemas.ContainsKey(message.FullName))
        {
            // Named before it is described: a message may hold others of its own type.
            var schema = schemas[message.FullName] = new() { ["type"] = "object" };
            Describe(schema, ProtoComments.Of(message, message.ClrType));
            var properties = new JsonObject();
            foreach (var field in message.Fields.InDeclarationOrder())
            {
                properties[field.JsonName] = Of(field);
            }

            schema["properties"] = properties;
            var always = message.Fields.InDeclarationOrder().Where(field => field.GetOptions()?.GetExtension(RestExtensions.Field) is { Always: true } or { NullWhenUnset: true });
            if (always.Select(field => (JsonNode)field.JsonName).ToArray() is { Length: > 0 } required)
            {
                schema["required"] = new JsonArray(required);
            }
        }

        return new() { ["$ref"] = "#/components/schemas/" + message.FullName };
    }

    public JsonObject Of(FieldDescriptor field)
    {
        var schema = field.IsMap ? new() { ["type"] = "object", ["additionalProperties"] = One(field.MessageType.FindFieldByNumber(2)) }
            : field.IsRepeated ? new() { ["type"] = "array", ["items"] = One(field) }
            : One(field);
        if (field.GetOptions()?.GetExtension(RestExtensions.Field) is { NullWhenUnset: true })
        {
            schema = schema.ContainsKey("$ref")
                ? new() { ["oneOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) }
                : Nullable(schema);
        }

        Describe(schema, ProtoComments.Of(field, field.ContainingType.ClrType));
        return schema;
    }

    private JsonObject One(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => Of(field.MessageType),
        FieldType.Enum => new() { ["type"] = "string", ["enum"] = new JsonArray([.. field.EnumType.Values.Select(value => (JsonNode)value.Name)]) },
        FieldType.String => new() { ["type"] = "string" },
        FieldType.Bytes => new() { ["type"] = "string", ["contentEncoding"] = "base64" },
        FieldType.Bool => new() { ["type"] = "boolean" },
        FieldType.Double or FieldType.Float => new() { ["type"] = "number" },
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 or FieldType.UInt32 or FieldType.Fixed32 => new() { ["type"] = "integer", ["format"] = "int32" },
        _ => new() { ["type"] = "integer", ["format"] = "int64" },
    };

    private static JsonObject Nullable(JsonObject schema)
    {
        schema["type"] = new JsonArray(schema["type"]!.DeepClone(), "null");
        return schema;
    }

    private static void Describe(JsonObject schema, string comment)
    {
        if (comment.Length > 0)
        {
            schema["description"] = comment;
        }
    }

    private static JsonObject? WellKnown(string name) => name switch
    {
        "google.protobuf.Struct" => new() { ["type"] = "object" },
        "google.protobuf.Value" => [],
        "google.protobuf.ListValue" => new() { ["type"] = "array" },
        "google.protobuf.Timestamp" => new() { ["type"] = "string", ["format"] = "date-time" },
        "google.protobuf.Duration" => new() { ["type"] = "string" },
        _ => null,
    };
}
