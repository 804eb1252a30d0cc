using System.Collections.Concurrent;
using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Rpc.Transcoding;

/// <summary>A field of a message, or of a message in it: "page.limit".</summary>
internal sealed class FieldPath
{
    private static readonly ConcurrentDictionary<MessageDescriptor, FrozenDictionary<string, FieldDescriptor>> JsonNames = new();

    private readonly FieldDescriptor[] fields;

    private FieldPath(FieldDescriptor[] fields) => this.fields = fields;

    public FieldDescriptor Last => fields[^1];

    /// <summary>Names as in the .proto file, as google.api.http templates have them.</summary>
    public static FieldPath OfProtoNames(MessageDescriptor message, string path)
    {
        var found = Resolve(message, path.Split('.'), static (type, name) => type.FindFieldByName(name));
        return found is not null && FieldText.CanHold(found.Last) && !found.Last.IsRepeated
            ? found
            : throw new InvalidOperationException($"{message.FullName} has no field {path} that a path can fill.");
    }

    public static FieldDescriptor Field(MessageDescriptor message, string name) =>
        message.FindFieldByName(name) ?? throw new InvalidOperationException($"{message.FullName} has no field {name}.");

    /// <summary>A query parameter, "page.limit" or "page[limit]", by JSON names; null when no text can fill such a field.</summary>
    public static FieldPath? OfParameter(MessageDescriptor message, string name)
    {
        var parts = name.EndsWith(']') && name.Contains('[', StringComparison.Ordinal)
            ? name[..^1].Replace("][", "[", StringComparison.Ordinal).Split('[', '.')
            : name.Split('.');
        var found = Resolve(message, parts, static (type, part) => ByJsonName(type).GetValueOrDefault(part));
        return found is not null && FieldText.CanHold(found.Last) ? found : null;
    }

    public bool StartsWith(FieldDescriptor field) => fields[0] == field;

    /// <summary>Whether setting one of them touches the other.</summary>
    public bool Overlaps(FieldPath other) => fields.Zip(other.fields).All(pair => pair.First == pair.Second);

    /// <summary>The message that holds the last field, made on the way if missing.</summary>
    public IMessage Holder(IMessage message)
    {
        foreach (var field in fields[..^1])
        {
            if (field.Accessor.GetValue(message) is not IMessage child)
            {
                child = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                field.Accessor.SetValue(message, child);
            }

            message = child;
        }

        return message;
    }

    public override string ToString() => string.Join('.', fields.Select(field => field.JsonName));

    private static FieldPath? Resolve(MessageDescriptor message, string[] names, Func<MessageDescriptor, string, FieldDescriptor?> find)
    {
        var fields = new FieldDescriptor[names.Length];
        MessageDescriptor? type = message;
        for (var i = 0; i < names.Length; i++)
        {
            if (type is null || find(type, names[i]) is not { } field)
            {
                return null;
            }

            fields[i] = field;
            type = field.FieldType == FieldType.Message && !field.IsRepeated ? field.MessageType : null;
        }

        return new FieldPath(fields);
    }

    private static FrozenDictionary<string, FieldDescriptor> ByJsonName(MessageDescriptor message) => JsonNames.GetOrAdd(
        message, static type => type.Fields.InDeclarationOrder().ToFrozenDictionary(field => field.JsonName, StringComparer.Ordinal));
}
