using System.Collections;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Rpc.Transcoding;

/// <summary>Fields filled from text: a path variable or a query parameter.</summary>
internal static class FieldText
{
    // Messages whose JSON form is a string, so that text can be one.
    private static readonly HashSet<string> TextMessages =
    [
        "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask", "google.protobuf.StringValue", "google.protobuf.BytesValue",
        "google.protobuf.Int32Value", "google.protobuf.UInt32Value", "google.protobuf.Int64Value", "google.protobuf.UInt64Value",
        "google.protobuf.FloatValue", "google.protobuf.DoubleValue",
    ];

    public static bool CanHold(FieldDescriptor field) =>
        field.FieldType != FieldType.Group
        && (field.FieldType != FieldType.Message || (!field.IsRepeated && TextMessages.Contains(field.MessageType.FullName)));

    /// <summary>Sets a field, or appends to a repeated one.</summary>
    /// <exception cref="BadRequestException">The text is not a value of the field's type.</exception>
    public static void Set(IMessage message, FieldPath path, string text)
    {
        var field = path.Last;
        var holder = path.Holder(message);
        object value;
        try
        {
            value = Parse(field, text);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidProtocolBufferException)
        {
            throw new BadRequestException($"invalid value of {path}", innerException: e);
        }

        if (field.IsRepeated)
        {
            ((IList)field.Accessor.GetValue(holder)).Add(value);
        }
        else
        {
            field.Accessor.SetValue(holder, value);
        }
    }

    private static object Parse(FieldDescriptor field, string text) => field.FieldType switch
    {
        FieldType.String => text,
        FieldType.Bool => text switch
        {
            "true" => true,
            "false" => false,
            _ => throw new FormatException("A bool is true or false."),
        },
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        FieldType.UInt32 or FieldType.Fixed32 => uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture),
        FieldType.UInt64 or FieldType.Fixed64 => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture),
        FieldType.Float => float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        FieldType.Double => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        FieldType.Enum => field.EnumType.FindValueByName(text)?.Number ?? int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        FieldType.Bytes => ByteString.FromBase64(Padded(text)),
        _ => ParseMessage(field, text),
    };

    // A wrapper such as Int64Value is a plain nullable value in C#, so the field is read in place from the JSON of its message.
    private static object ParseMessage(FieldDescriptor field, string text) => field.Accessor.GetValue(
        JsonBody.Parser.Parse($"{{{JsonSerializer.Serialize(field.JsonName)}:{JsonSerializer.Serialize(text)}}}", field.ContainingType));

    // base64 or base64url, padded or not, as the JSON form of bytes allows.
    private static string Padded(string text)
    {
        var standard = text.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        return standard.PadRight((standard.Length + 3) / 4 * 4, '=');
    }
}
