using System.Buffers;
using System.Text;
using System.Xml;

namespace RemoteFiles.Dav;

/// <summary>Elements of an answer as the bytes that are sent: the same few names again and again.</summary>
internal sealed class XmlText
{
    private static readonly SearchValues<char> Marked = SearchValues.Create("&<>\"\r");
    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly Dictionary<XmlQualifiedName, (byte[] Empty, byte[] Begin, byte[] End)> tags = [];

    public int Length => bytes.WrittenCount;

    public ReadOnlyMemory<byte> Written => bytes.WrittenMemory;

    public void Clear() => bytes.ResetWrittenCount();

    public void Raw(ReadOnlySpan<byte> text) => bytes.Write(text);

    public void Text(string text) => Encoding.UTF8.GetBytes(Escaped(text), bytes);

    public void Element(XmlQualifiedName name, DavValue value)
    {
        if (!tags.TryGetValue(name, out var tag))
        {
            tag = tags[name] = TagsOf(name);
        }

        if (value.Text.Length == 0)
        {
            Raw(tag.Empty);
            return;
        }

        Raw(tag.Begin);
        if (value.IsXml)
        {
            Encoding.UTF8.GetBytes(value.Text, bytes);
        }
        else
        {
            Text(value.Text);
        }

        Raw(tag.End);
    }

    private static (byte[] Empty, byte[] Begin, byte[] End) TagsOf(XmlQualifiedName name)
    {
        var tag = name.Namespace switch
        {
            DavProperties.D => "d:" + name.Name,
            DavProperties.Oc => "oc:" + name.Name,
            DavProperties.Nc => "nc:" + name.Name,
            "" => name.Name,
            _ => "x:" + name.Name,
        };
        var declared = tag.StartsWith("x:", StringComparison.Ordinal) ? $" xmlns:x=\"{Escaped(name.Namespace)}\"" : "";
        return (Encoding.UTF8.GetBytes($"<{tag}{declared}/>"), Encoding.UTF8.GetBytes($"<{tag}{declared}>"), Encoding.UTF8.GetBytes($"</{tag}>"));
    }

    private static string Escaped(string text) => text.AsSpan().ContainsAny(Marked)
        ? text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("\r", "&#xD;", StringComparison.Ordinal)
        : text;
}
