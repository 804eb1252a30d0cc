using System.Text;
using System.Xml;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Reads XML that a stranger wrote, as it comes: no DTD, so no entities that grow; no nesting without end; and no name or
/// text larger than <see cref="Allowance"/>. What breaks a rule is an <see cref="XmlException"/>, or a fault of the body.
/// </summary>
internal sealed class BoundedXml : IDisposable
{
    /// <summary>Bytes between two calls of <see cref="Renew"/>; a real <c>d:response</c> has about one thousand.</summary>
    private const int Allowance = 256 * 1024;

    private const int DeepestLevel = 32;

    private readonly RemoteBody body;
    private readonly XmlReader reader;

    public BoundedXml(RemoteBody body)
    {
        this.body = body;
        Renew();
        reader = XmlReader.Create(body, new XmlReaderSettings
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,

            // Comments and instructions are passed over here: the reader would call itself for each, until the stack ends.
        });
    }

    public int Depth => reader.Depth;

    /// <summary>True on the end of the element that begins at this depth.</summary>
    public bool EndsAt(int depth) => reader.Depth == depth && (reader.NodeType == XmlNodeType.EndElement || reader.IsEmptyElement);

    public bool AtElement => reader.NodeType == XmlNodeType.Element;

    public (string Namespace, string Name) Name => (reader.NamespaceURI, reader.LocalName);

    public bool At(string space, string name) => AtElement && reader.LocalName == name && reader.NamespaceURI == space;

    public async ValueTask<bool> ReadAsync()
    {
        if (!await reader.ReadAsync())
        {
            return false;
        }

        return reader.Depth <= DeepestLevel ? true : throw new XmlException("elements are nested without end");
    }

    /// <summary>The text of the element that the reader is at; leaves the reader at the element's end.</summary>
    public async Task<string> TextAsync()
    {
        var depth = reader.Depth;
        var text = new StringBuilder();
        while (!EndsAt(depth) && await ReadAsync())
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
            {
                text.Append(await reader.GetValueAsync());
            }
        }

        return text.ToString();
    }

    /// <summary>Allows as much again: one more piece has been dealt with.</summary>
    public void Renew() => body.Limit = body.Passed + Allowance;

    public void Dispose() => reader.Dispose();
}
