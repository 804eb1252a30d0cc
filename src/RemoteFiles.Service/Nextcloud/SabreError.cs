using System.Xml;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// What a Nextcloud says beside a status; empty when it says nothing, or not in XML.
/// <code>&lt;d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"&gt;
/// &lt;s:exception&gt;…&lt;/s:exception&gt;&lt;s:message&gt;…&lt;/s:message&gt;&lt;/d:error&gt;</code>
/// </summary>
internal sealed record SabreError(string Exception, string Message)
{
    private const int LongestMessage = 300;

    public static async Task<SabreError> ReadAsync(RemoteBody body)
    {
        string exception = "", message = "";
        try
        {
            using var xml = new BoundedXml(body);
            while (await xml.ReadAsync())
            {
                if (xml.At(DavNames.Sabre, "exception"))
                {
                    exception = await xml.TextAsync();
                }
                else if (xml.At(DavNames.Sabre, "message"))
                {
                    message = await xml.TextAsync();
                }
            }
        }
        catch (Exception e) when (e is XmlException or FaultException)
        {
            // The status alone has to do: what came with it is HTML, cut off or too long.
        }

        return new(exception, message.Length > LongestMessage ? message[..LongestMessage] : message);
    }
}
