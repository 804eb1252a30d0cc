using System.Globalization;
using System.Xml;
using RemoteFiles.Files;

namespace RemoteFiles.Dav;

/// <summary>The properties of things that are not files of the user: parts of uploads, versions, items of the trash.</summary>
internal static class DavItem
{
    public static Func<XmlQualifiedName, DavValue?> Folder(params (string Namespace, string Name, string Value)[] more) =>
        Of([(DavProperties.D, "resourcetype", ""), .. more], isFolder: true);

    public static Func<XmlQualifiedName, DavValue?> File(long size, params (string Namespace, string Name, string Value)[] more) => Of(
        [(DavProperties.D, "resourcetype", ""), (DavProperties.D, "getcontentlength", size.ToString(CultureInfo.InvariantCulture)), (DavProperties.Oc, "size", size.ToString(CultureInfo.InvariantCulture)), .. more],
        isFolder: false);

    public static (string Namespace, string Name, string Value)[] Dated(DateTimeOffset? modified, string etag, string contentType) =>
    [
        (DavProperties.D, "getlastmodified", modified?.ToString("R", CultureInfo.InvariantCulture) ?? ""),
        (DavProperties.D, "getetag", etag),
        (DavProperties.D, "getcontenttype", contentType),
        (DavProperties.Nc, "has-preview", "false"),
    ];

    private static Func<XmlQualifiedName, DavValue?> Of((string Namespace, string Name, string Value)[] facts, bool isFolder) => name =>
        facts.FirstOrDefault(fact => fact.Name == name.Name && fact.Namespace == name.Namespace) switch
        {
            { Name: "resourcetype" } => new(isFolder ? "<d:collection/>" : "", IsXml: true),
            { Name: not null, Value: { Length: > 0 } value } when value.All(c => c >= ' ') => new(value),
            _ => null,
        };
}
