using System.Collections;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Rest;

namespace Rpc.Transcoding;

/// <summary>How one field is written as JSON.</summary>
internal sealed class FieldShape
{
    private readonly FieldDescriptor field;
    private readonly JsonEncodedText name;
    private readonly bool always;
    private readonly bool nullWhenUnset;
    private readonly MessageShape? message;
    private readonly FieldShape? mapValue;

    public FieldShape(FieldDescriptor field)
    {
        this.field = field;
        name = JsonEncodedText.Encode(field.JsonName);
        var options = field.GetOptions()?.GetExtension(RestExtensions.Field);
        always = options?.Always ?? false;
        nullWhenUnset = options?.NullWhenUnset ?? false;
        mapValue = field.IsMap ? new(field.MessageType.FindFieldByNumber(2)) : null;
        message = field.FieldType == FieldType.Message && !field.IsMap ? MessageShape.Of(field.MessageType) : null;
    }

    public static bool IsDefault(object? value) => value switch
    {
        null => true,
        string text => text.Length == 0,
        bool flag => !flag,
        ByteString bytes => bytes.IsEmpty,
        int number => number == 0,
        long number => number == 0,
        uint number => number == 0,
        ulong number => number == 0,
        // -0 is not the default: it would come back as 0.
        double number => BitConverter.DoubleToInt64Bits(number) == 0,
        float number => BitConverter.SingleToInt32Bits(number) == 0,
        Enum number => Convert.ToInt32(number, CultureInfo.InvariantCulture) == 0,
        ICollection collection => collection.Count == 0,
        _ => false,
    };

    public void Write(Utf8JsonWriter writer, IMessage holder)
    {
        var value = field.Accessor.GetValue(holder);
        if (field.HasPresence ? field.Accessor.HasValue(holder) : !IsDefault(value))
        {
            writer.WritePropertyName(name);
            WriteValue(writer, value);
        }
        else if (nullWhenUnset && field.HasPresence)
        {
            writer.WriteNull(name);
        }
        else if (always)
        {
            writer.WritePropertyName(name);
            WriteUnset(writer, value);
        }
    }

    /// <summary>The value alone, for an answer that is one field of its message.</summary>
    public void WriteValueOf(Utf8JsonWriter writer, IMessage holder) => WriteUnset(writer, field.Accessor.GetValue(holder));

    private void WriteUnset(Utf8JsonWriter writer, object? value)
    {
        if (value is null && message is not null)
        {
            message.WriteUnset(writer);
        }
        else
        {
            WriteValue(writer, value);
        }
    }

    private void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case IDictionary map:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    writer.WritePropertyName(entry.Key is bool flag ? flag ? "true" : "false" : Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
                    mapValue!.WriteOne(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case IList list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    WriteOne(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                WriteOne(writer, value);
                break;
        }
    }

    private void WriteOne(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case IMessage inner:
                MessageShape.Of(inner.Descriptor).Write(writer, inner);
                break;
            case string text:
                JsonText.Write(writer, text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case ByteString bytes:
                writer.WriteBase64StringValue(bytes.Span);
                break;
            case double number when !double.IsFinite(number):
                writer.WriteStringValue(NotFinite(number));
                break;
            case float number when !float.IsFinite(number):
                writer.WriteStringValue(NotFinite(number));
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case float number:
                writer.WriteNumberValue(number);
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case Enum or int when field.FieldType == FieldType.Enum:
                WriteEnum(writer, Convert.ToInt32(value, CultureInfo.InvariantCulture));
                break;
            default:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private void WriteEnum(Utf8JsonWriter writer, int number)
    {
        if (field.EnumType.FindValueByNumber(number) is { } known)
        {
            writer.WriteStringValue(known.Name);
        }
        else
        {
            writer.WriteNumberValue(number);
        }
    }

    private static string NotFinite(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
}
