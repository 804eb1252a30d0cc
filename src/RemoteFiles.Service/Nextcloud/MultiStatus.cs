using System.Xml;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Reads a multistatus (RFC 4918 section 13) one response at a time, as it comes. It ends with null only after
/// <c>&lt;/d:multistatus&gt;</c> and the end of the body; anything else is BadGateway, so a listing that was cut is never a short one.
/// <code>
/// &lt;d:multistatus xmlns:d="DAV:"&gt;
///   &lt;d:response&gt;&lt;d:href&gt;/remote.php/dav/files/carol/a%20b/&lt;/d:href&gt;
///     &lt;d:propstat&gt;&lt;d:prop&gt;&lt;d:resourcetype&gt;&lt;d:collection/&gt;&lt;/d:resourcetype&gt;…&lt;/d:prop&gt;
///       &lt;d:status&gt;HTTP/1.1 200 OK&lt;/d:status&gt;&lt;/d:propstat&gt;
///     &lt;d:propstat&gt;&lt;d:prop&gt;&lt;d:getcontentlength/&gt;&lt;/d:prop&gt;&lt;d:status&gt;HTTP/1.1 404 Not Found&lt;/d:status&gt;&lt;/d:propstat&gt;
/// </code>
/// </summary>
internal sealed class MultiStatus(RemoteBody body, DavRoot root, string host) : IDisposable
{
    /// <summary>The value of a resourcetype that holds <c>d:collection</c>.</summary>
    public const string Collection = "collection";

    private readonly BoundedXml xml = new(body);

    public async Task<DavResource?> NextAsync()
    {
        try
        {
            while (await xml.ReadAsync())
            {
                if (xml.AtElement && xml.Depth == 0 && !xml.At(DavNames.Dav, "multistatus"))
                {
                    throw new XmlException("not a multistatus");
                }

                if (xml.Depth == 1 && xml.At(DavNames.Dav, "response"))
                {
                    return await ResponseAsync();
                }
            }

            return null;
        }
        catch (XmlException e)
        {
            throw new FaultException(Fault.BadGateway, $"{host} answers what is not a WebDAV listing, or not a whole one", e);
        }
    }

    public void Dispose() => xml.Dispose();

    private async Task<DavResource> ResponseAsync()
    {
        var known = new Dictionary<(string Namespace, string Name), string>();
        var href = "";
        while (!xml.EndsAt(1) && await xml.ReadAsync())
        {
            if (xml.Depth != 2)
            {
                continue;
            }

            if (xml.At(DavNames.Dav, "href"))
            {
                href = (await xml.TextAsync()).Trim();
            }
            else if (xml.At(DavNames.Dav, "propstat"))
            {
                await PropstatAsync(known);
            }
            else if (xml.At(DavNames.Dav, "status") && await xml.TextAsync() is var status && !IsOk(status))
            {
                throw new XmlException("a response that has failed"); // it would be missing from the listing
            }
        }

        xml.Renew();
        return root.TryLocate(href, out var path)
            ? new DavResource(path, known, host)
            : throw new FaultException(Fault.BadGateway, $"{host} lists what is not below the folder asked for");
    }

    private async Task PropstatAsync(Dictionary<(string Namespace, string Name), string> known)
    {
        var found = new List<KeyValuePair<(string Namespace, string Name), string>>();
        var status = "";
        while (!xml.EndsAt(2) && await xml.ReadAsync())
        {
            if (xml.Depth == 3 && xml.At(DavNames.Dav, "status"))
            {
                status = await xml.TextAsync();
            }
            else if (xml.Depth == 4 && xml.AtElement)
            {
                var name = xml.Name;
                found.Add(new(name, name == DavNames.ResourceType ? await TypeAsync() : await xml.TextAsync()));
            }
        }

        if (IsOk(status))
        {
            found.ForEach(property => known[property.Key] = property.Value);
        }
    }

    private async Task<string> TypeAsync()
    {
        var type = "";
        while (!xml.EndsAt(4) && await xml.ReadAsync())
        {
            type = xml.At(DavNames.Dav, "collection") ? Collection : type;
        }

        return type;
    }

    /// <summary>Of a status line, <c>HTTP/1.1 200 OK</c>, only the number counts.</summary>
    private static bool IsOk(string status) => status.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "200", ..];
}
