using System.Xml;
using RemoteFiles.Files;

namespace RemoteFiles.Dav;

/// <summary>
/// Writes a 207 entry by entry (RFC 4918 section 13). The root is closed only by <see cref="CompleteAsync"/>: a failure half way
/// leaves XML that no client can take for a whole listing.
/// </summary>
internal sealed class MultiStatus : IDisposable
{
    private const int FlushBytes = 32 * 1024;
    private readonly HttpResponse response;
    private readonly string root;
    private readonly IReadOnlyList<XmlQualifiedName> asked;
    private readonly StringWriter text = new();
    private readonly XmlWriter xml;

    public MultiStatus(HttpResponse response, string root, IReadOnlyList<XmlQualifiedName> asked)
    {
        (this.response, this.root, this.asked) = (response, root, asked);
        response.StatusCode = StatusCodes.Status207MultiStatus;
        response.ContentType = "application/xml; charset=utf-8";
        text.Write("<?xml version=\"1.0\"?>\n");
        xml = XmlWriter.Create(text, new() { OmitXmlDeclaration = true, CheckCharacters = false });
        xml.WriteStartElement("d", "multistatus", DavProperties.D);
        xml.WriteAttributeString("xmlns", "s", null, "http://sabredav.org/ns");
        xml.WriteAttributeString("xmlns", "oc", null, DavProperties.Oc);
        xml.WriteAttributeString("xmlns", "nc", null, DavProperties.Nc);
    }

    public async Task AddAsync(Entry entry, CancellationToken ct)
    {
        xml.WriteStartElement("response", DavProperties.D);
        xml.WriteElementString("href", DavProperties.D, Href(entry));
        var missing = new List<XmlQualifiedName>();
        xml.WriteStartElement("propstat", DavProperties.D);
        xml.WriteStartElement("prop", DavProperties.D);
        foreach (var name in asked)
        {
            if (name == DavProperties.ResourceType)
            {
                WriteResourceType(entry);
            }
            else if (DavProperties.Of(entry, name) is { } value)
            {
                xml.WriteElementString(name.Name, name.Namespace, value);
            }
            else
            {
                missing.Add(name);
            }
        }

        WriteStatus("HTTP/1.1 200 OK");
        if (missing.Count > 0)
        {
            xml.WriteStartElement("propstat", DavProperties.D);
            xml.WriteStartElement("prop", DavProperties.D);
            missing.ForEach(name => xml.WriteElementString(name.Name, name.Namespace, null));
            WriteStatus("HTTP/1.1 404 Not Found");
        }

        xml.WriteEndElement();
        if (text.GetStringBuilder().Length > FlushBytes)
        {
            await FlushAsync(ct);
        }
    }

    public async Task CompleteAsync(CancellationToken ct)
    {
        xml.WriteEndElement();
        await FlushAsync(ct);
    }

    public void Dispose()
    {
        // Never closes the root: the text is dropped, not sent.
        text.GetStringBuilder().Clear();
        xml.Dispose();
        text.Dispose();
    }

    private void WriteResourceType(Entry entry)
    {
        xml.WriteStartElement("resourcetype", DavProperties.D);
        if (entry.IsFolder)
        {
            xml.WriteElementString("collection", DavProperties.D, null);
        }

        xml.WriteEndElement();
    }

    private void WriteStatus(string status)
    {
        xml.WriteEndElement();
        xml.WriteElementString("status", DavProperties.D, status);
        xml.WriteEndElement();
    }

    private async Task FlushAsync(CancellationToken ct)
    {
        // Into the text beside it: nothing to wait for.
        xml.Flush();
        await response.WriteAsync(text.ToString(), ct);
        text.GetStringBuilder().Clear();
    }

    // Absolute path, every name percent-encoded; folders end with a slash.
    private string Href(Entry entry)
    {
        var names = string.Concat(entry.Path.Names.Select(name => "/" + Uri.EscapeDataString(name)));
        return root + names + (entry.IsFolder ? "/" : "");
    }
}
