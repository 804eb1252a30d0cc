using System.Globalization;
using Protos;
using RemoteFiles.Files;

namespace RemoteFiles.JsonApi;

/// <summary>An entry of a Nextcloud as the io.cozy.remote.nextcloud.files resource of JSON:API (cozy-api 3.3 and 3.11).</summary>
internal static class RemoteResources
{
    private const string Doctype = "io.cozy.remote.nextcloud.files";

    /// <summary>A child of a folder. The link opens the folder it is in, for files and directories alike.</summary>
    public static RemoteFile Of(Entry entry, string webUrl) =>
        Resource(entry, entry.Path.Name, entry.Path.ToString(), $"{webUrl}/apps/files/files/{entry.Id}?dir={Query(entry.Path.Parent.ToString())}");

    /// <summary>An item of the trash; its path is the handle that restore and delete take.</summary>
    public static RemoteFile Of(TrashedEntry trashed, string webUrl)
    {
        var (entry, name, from) = trashed;
        var folder = entry.Path.Parent;
        var dir = entry.IsFolder ? folder.Child(name) : folder;
        var resource = Resource(entry, name, "/trash" + entry.Path, $"{webUrl}/apps/files/trashbin/{entry.Id}?dir={Query(dir.ToString())}");
        resource.Attributes.RestorePath = from.ToString();
        return resource;
    }

    private static RemoteFile Resource(Entry entry, string name, string path, string self)
    {
        var attributes = new RemoteFileAttributes
        {
            Type = entry.IsFolder ? "directory" : "file",
            Name = name,
            Path = path,
            UpdatedAt = entry.ModifiedAt?.ToString("R", CultureInfo.InvariantCulture) ?? "",
            Etag = entry.ETag,
        };
        if (!entry.IsFolder)
        {
            // From the name, not from what the Nextcloud says.
            attributes.Mime = MimeTypes.OfName(name);
            attributes.Class = MimeTypes.ClassOf(attributes.Mime);
            attributes.Size = entry.Size ?? 0;
        }

        return new() { Type = Doctype, Id = entry.Id, Attributes = attributes, Meta = new(), Links = new() { Self = self } };
    }

    // Plain names stay readable; what would end or change the query is encoded.
    private static string Query(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
