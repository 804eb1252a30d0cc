using System.Text;

namespace RemoteFiles.Nextcloud;

/// <summary>The XML names of WebDAV and Nextcloud that are used here, and the questions made of them (RFC 4918 section 14.20).</summary>
internal static class DavNames
{
    public const string Dav = "DAV:";
    public const string Sabre = "http://sabredav.org/ns";
    public const string Oc = "http://owncloud.org/ns";
    private const string Nc = "http://nextcloud.org/ns";

    public static readonly (string Namespace, string Name) ResourceType = (Dav, "resourcetype");
    public static readonly (string Namespace, string Name) LastModified = (Dav, "getlastmodified");
    public static readonly (string Namespace, string Name) ETag = (Dav, "getetag");
    public static readonly (string Namespace, string Name) ContentLength = (Dav, "getcontentlength");
    public static readonly (string Namespace, string Name) ContentType = (Dav, "getcontenttype");
    public static readonly (string Namespace, string Name) FileId = (Oc, "fileid");
    public static readonly (string Namespace, string Name) Size = (Oc, "size");
    public static readonly (string Namespace, string Name) Permissions = (Oc, "permissions");
    public static readonly (string Namespace, string Name) MountType = (Nc, "mount-type");
    public static readonly (string Namespace, string Name) IsEncrypted = (Nc, "is-encrypted");
    public static readonly (string Namespace, string Name) Favorite = (Oc, "favorite");
    public static readonly (string Namespace, string Name) TrashName = (Nc, "trashbin-filename");
    public static readonly (string Namespace, string Name) TrashOrigin = (Nc, "trashbin-original-location");

    public static readonly byte[] AskForFiles = Ask(Always + "<oc:permissions/><nc:mount-type/><nc:is-encrypted/><oc:favorite/>");
    public static readonly byte[] AskForTrash = Ask(Always + "<nc:trashbin-filename/><nc:trashbin-original-location/>");

    /// <summary>What can be asked for in a search as well.</summary>
    public const string OfSearch = Always + "<oc:permissions/>";

    private const string Always =
        "<d:resourcetype/><d:getlastmodified/><d:getetag/><d:getcontentlength/><d:getcontenttype/><oc:fileid/><oc:size/>";

    private static byte[] Ask(string properties) => Encoding.UTF8.GetBytes(
        $"""<?xml version="1.0"?><d:propfind xmlns:d="{Dav}" xmlns:oc="{Oc}" xmlns:nc="{Nc}"><d:prop>{properties}</d:prop></d:propfind>""");
}
