using System.Text;
using System.Xml;
using RemoteFiles.Access;

namespace RemoteFiles.Dav;

/// <summary>
/// Writes a 207 entry by entry (RFC 4918 section 13). The root is closed only by <see cref="CompleteAsync"/>: a failure half way
/// leaves XML that no client can take for a whole listing.
/// </summary>
internal sealed class MultiStatus : IDisposable
{
    public const string Ok = "HTTP/1.1 200 OK";

    private const int FlushBytes = 32 * 1024;
    private readonly HttpResponse response;
    private readonly string prefix;
    private readonly bool isMinimal;
    private readonly MemoryStream text = new();
    private readonly XmlWriter xml;

    public MultiStatus(HttpContext context)
    {
        response = context.Response;
        prefix = Visitor.PrefixOf(context);
        isMinimal = context.Request.Headers["Brief"] == "t" || context.Request.Headers["Prefer"].ToString().Contains("return=minimal", StringComparison.Ordinal);
        response.StatusCode = StatusCodes.Status207MultiStatus;
        response.ContentType = "application/xml; charset=utf-8";
        response.Headers["DAV"] = DavOptions.Classes;
        response.Headers.Vary = "Brief,Prefer,Accept-Encoding";
        text.Write("<?xml version=\"1.0\"?>\n"u8);
        xml = XmlWriter.Create(text, new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), OmitXmlDeclaration = true, CheckCharacters = false, ConformanceLevel = ConformanceLevel.Fragment });
        xml.WriteStartElement("d", "multistatus", DavProperties.D);
        xml.WriteAttributeString("xmlns", "d", null, DavProperties.D);
        xml.WriteAttributeString("xmlns", "s", null, "http://sabredav.org/ns");
        xml.WriteAttributeString("xmlns", "oc", null, DavProperties.Oc);
        xml.WriteAttributeString("xmlns", "nc", null, DavProperties.Nc);
    }

    /// <summary>An entry with the properties that are asked for: those it has first, then the names of those it has not.</summary>
    public Task AddAsync(string href, IEnumerable<XmlQualifiedName> asked, Func<XmlQualifiedName, DavValue?> valueOf, CancellationToken ct)
    {
        var missing = new List<XmlQualifiedName>();
        Begin(href);
        BeginStat();
        foreach (var name in asked)
        {
            if (valueOf(name) is { } value)
            {
                Write(name, value);
            }
            else
            {
                missing.Add(name);
            }
        }

        EndStat(Ok);
        if (!isMinimal)
        {
            WriteNames(missing, "HTTP/1.1 404 Not Found");
        }

        return EndAsync(ct);
    }

    /// <summary>An entry that says of each property what became of it.</summary>
    public Task AddAsync(string href, IEnumerable<(XmlQualifiedName Name, string Status)> outcomes, CancellationToken ct)
    {
        Begin(href);
        foreach (var group in outcomes.GroupBy(outcome => outcome.Status, outcome => outcome.Name))
        {
            WriteNames([.. group], group.Key);
        }

        return EndAsync(ct);
    }

    public async Task CompleteAsync(CancellationToken ct)
    {
        xml.WriteEndElement();
        await FlushAsync(ct);
    }

    public void Dispose()
    {
        // Never closes the root: the text is dropped, not sent.
        xml.Dispose();
        text.Dispose();
    }

    private void Begin(string href)
    {
        xml.WriteStartElement("response", DavProperties.D);
        xml.WriteElementString("href", DavProperties.D, prefix + href);
    }

    private async Task EndAsync(CancellationToken ct)
    {
        xml.WriteEndElement();

        // What the writer itself still holds is a few kilobytes.
        if (text.Length > FlushBytes)
        {
            await FlushAsync(ct);
        }
    }

    private void BeginStat()
    {
        xml.WriteStartElement("propstat", DavProperties.D);
        xml.WriteStartElement("prop", DavProperties.D);
    }

    private void EndStat(string status)
    {
        xml.WriteEndElement();
        xml.WriteElementString("status", DavProperties.D, status);
        xml.WriteEndElement();
    }

    private void WriteNames(List<XmlQualifiedName> names, string status)
    {
        if (names.Count > 0)
        {
            BeginStat();
            names.ForEach(name => Write(name, new("")));
            EndStat(status);
        }
    }

    private void Write(XmlQualifiedName name, DavValue value)
    {
        xml.WriteStartElement(name.Name, name.Namespace);
        if (value.IsXml)
        {
            xml.WriteRaw(value.Text);
        }
        else if (value.Text.Length > 0)
        {
            xml.WriteString(value.Text);
        }

        xml.WriteEndElement();
    }

    private async Task FlushAsync(CancellationToken ct)
    {
        // Into the text beside it: nothing to wait for.
        xml.Flush();
        await response.Body.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), ct);
        text.SetLength(0);
    }
}

/// <summary>The value of a property: text, or XML as it is to be written.</summary>
internal readonly record struct DavValue(string Text, bool IsXml = false);
