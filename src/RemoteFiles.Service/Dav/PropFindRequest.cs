using System.Xml;
using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Dav;

/// <summary>The properties a PROPFIND asks for (RFC 4918 section 9.1), as name and namespace; an empty body or allprop asks for the usual ones.</summary>
internal static class PropFindRequest
{
    private const int MostBytes = 64 * 1024;

    public static async Task<IReadOnlyList<XmlQualifiedName>> ReadAsync(Stream body, CancellationToken ct)
    {
        var asked = new List<XmlQualifiedName>();
        var settings = new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Prohibit, IgnoreWhitespace = true, IgnoreComments = true };
        await using var bounded = new BoundedStream(body, MostBytes);
        try
        {
            using var xml = XmlReader.Create(bounded, settings);
            while (await xml.ReadAsync())
            {
                ct.ThrowIfCancellationRequested();

                // <propfind> is depth 0, <prop> 1, and each name in it 2.
                if (xml is { NodeType: XmlNodeType.Element, Depth: 2 })
                {
                    asked.Add(new(xml.LocalName, xml.NamespaceURI));
                }
            }
        }
        catch (XmlException) when (bounded.Passed == 0)
        {
            return DavProperties.Usual;
        }
        catch (XmlException)
        {
            throw new FaultException(Fault.Malformed, "The request body is not XML");
        }

        return asked.Count > 0 ? asked : DavProperties.Usual;
    }
}
