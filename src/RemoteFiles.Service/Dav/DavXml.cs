using System.Xml;
using System.Xml.Linq;
using RemoteFiles.Http;
using Shared.Faults;
using Shared.Streams;

namespace RemoteFiles.Dav;

/// <summary>Reads the XML of a request: bounded, without DTD or entities. Text between elements means nothing.</summary>
internal static class DavXml
{
    public static readonly XNamespace D = DavProperties.D;
    public static readonly XNamespace Oc = DavProperties.Oc;

    private const int MostBytes = 1024 * 1024;

    /// <summary>The root element; null when there is no body.</summary>
    public static async Task<XElement?> ReadAsync(HttpContext context)
    {
        await using var body = new BoundedStream(UploadBody.Of(context), MostBytes);
        try
        {
            // Comments are taken out afterwards: a reader that ignores them calls itself for each, and many would end the process.
            using var xml = XmlReader.Create(body, new() { Async = true, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var document = await XDocument.LoadAsync(xml, LoadOptions.PreserveWhitespace, context.RequestAborted);
            document.DescendantNodes().OfType<XComment>().Remove();
            return document.Root;
        }
        catch (XmlException) when (body.Passed == 0)
        {
            return null;
        }
        catch (XmlException)
        {
            throw new FaultException(Fault.Malformed, "The request body is not XML");
        }
    }

    public static XmlQualifiedName NameOf(XElement element) => new(element.Name.LocalName, element.Name.NamespaceName);

    /// <summary>What stands inside an element, as XML that can be written anywhere.</summary>
    public static string InnerOf(XElement element) => string.Concat(element.Nodes().Select(node => node.ToString(SaveOptions.DisableFormatting)));
}
