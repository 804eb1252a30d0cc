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
    private const int DeepestLevel = 64;

    // Comments are not ignored by the reader, which may call itself for each of them, until the stack ends.
    private static readonly XmlReaderSettings Strict = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary>The root element; null when there is no body.</summary>
    public static async Task<XElement?> ReadAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await using (var body = new BoundedStream(UploadBody.Of(context), MostBytes))
        {
            await body.CopyToAsync(bytes, context.RequestAborted);
        }

        if (bytes.Length == 0)
        {
            return null;
        }

        try
        {
            DemandFlat(bytes);
            using var xml = XmlReader.Create(bytes, Strict);
            return XDocument.Load(xml, LoadOptions.PreserveWhitespace).Root;
        }
        catch (XmlException)
        {
            throw new FaultException(Fault.Malformed, "The request body is not XML");
        }
    }

    /// <summary>What is nested deep takes long to be taken apart: the square of its depth.</summary>
    private static void DemandFlat(MemoryStream bytes)
    {
        bytes.Position = 0;
        using var xml = XmlReader.Create(bytes, Strict);
        while (xml.Read())
        {
            if (xml.Depth > DeepestLevel)
            {
                throw new FaultException(Fault.Malformed, "The elements of the request body are nested too deep");
            }
        }

        bytes.Position = 0;
    }

    public static XmlQualifiedName NameOf(XElement element) => new(element.Name.LocalName, element.Name.NamespaceName);

    /// <summary>What stands inside an element, as XML that can be written anywhere.</summary>
    public static string InnerOf(XElement element) => string.Concat(element.Nodes().Select(node => node.ToString(SaveOptions.DisableFormatting)));
}
