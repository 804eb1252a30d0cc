using System.Globalization;
using System.Xml;
using RemoteFiles.Files;

namespace RemoteFiles.Dav;

/// <summary>The properties this face knows, as Nextcloud writes them; null means 404, never an empty value where a number belongs.</summary>
internal static class DavProperties
{
    public const string D = "DAV:";
    public const string Oc = "http://owncloud.org/ns";
    public const string Nc = "http://nextcloud.org/ns";

    private static readonly Dictionary<XmlQualifiedName, Func<Entry, string?>> Known = new()
    {
        [new("displayname", D)] = entry => entry.Path.Name,
        [new("getlastmodified", D)] = entry => entry.ModifiedAt?.ToString("R", CultureInfo.InvariantCulture),
        [new("getetag", D)] = entry => entry.ETag,
        [new("getcontentlength", D)] = entry => entry.IsFolder ? null : Number(entry.Size ?? 0),
        [new("getcontenttype", D)] = entry => entry.IsFolder ? null : entry.ContentType,
        [new("fileid", Oc)] = entry => Number(entry.Cozy?.FileId ?? 0),
        [new("size", Oc)] = entry => Number(entry.Size ?? 0),
        [new("permissions", Oc)] = entry => entry.IsFolder ? "RGDNVCK" : "RGDNVW",
        [new("mount-type", Nc)] = _ => "",
    };

    public static XmlQualifiedName ResourceType { get; } = new("resourcetype", D);

    public static IReadOnlyList<XmlQualifiedName> Usual { get; } =
    [
        new("getlastmodified", D), new("getcontentlength", D), ResourceType, new("getetag", D), new("getcontenttype", D),
    ];

    public static string? Of(Entry entry, XmlQualifiedName name) => Known.TryGetValue(name, out var value) ? value(entry) : null;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
