using System.Text;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Writes multistatus answers of the shape that Nextcloud 32.0.1 gives, for what was not recorded.</summary>
internal static class Listing
{
    public const string Start = """
        <?xml version="1.0"?>
        <d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">
        """;

    public const string End = "</d:multistatus>";

    public static byte[] Of(params string[] responses) => Whole(Start + string.Concat(responses) + End);

    public static byte[] Whole(string xml, string type = "application/xml; charset=utf-8") =>
        [.. Head(type), .. Recording.Chunk(Encoding.UTF8.GetBytes(xml)), .. "0\r\n\r\n"u8];

    /// <summary>The headers and the beginning of a listing that goes on, or does not.</summary>
    public static byte[] Begin(params string[] responses) => [.. Head(), .. Recording.Chunk(Encoding.UTF8.GetBytes(Start + string.Concat(responses)))];

    public static byte[] Head(string type = "application/xml; charset=utf-8") =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 207 Multi-Status\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n");

    public static string Folder(string href, string size = "0") =>
        Response(
            href,
            "<d:resourcetype><d:collection/></d:resourcetype><d:getetag>&quot;f&quot;</d:getetag>"
            + $"<oc:fileid>1</oc:fileid><oc:size>{size}</oc:size>");

    public static string File(string href, long size, string etag = "e", string date = "Sat, 21 Nov 2026 17:36:04 GMT") => Response(
        href,
        $"<d:resourcetype/><d:getlastmodified>{date}</d:getlastmodified><d:getetag>&quot;{etag}&quot;</d:getetag>"
        + $"<d:getcontentlength>{size}</d:getcontentlength><oc:fileid>2</oc:fileid>");

    public static string Response(string href, string properties) =>
        $"<d:response><d:href>{href}</d:href><d:propstat><d:prop>{properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>";
}
