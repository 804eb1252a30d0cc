using System.Globalization;
using System.Xml;
using RemoteFiles.Files;
using RemoteFiles.Http;
using Rpc.Transcoding;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>The trash: listed, read, emptied, and restored from by a MOVE into <c>restore</c>. An item is named after itself and when it was deleted.</summary>
internal static class DavTrash
{
    private const string Root = "/remote.php/dav/trashbin/{user}/trash";

    public static void MapDavTrash(this WebApplication app)
    {
        foreach (var root in new[] { Root, Root + "/{path=**}" })
        {
            app.MapDav("PROPFIND", root, ListAsync);
            app.MapDav("GET", root, GetAsync);
            app.MapDav("DELETE", root, DeleteAsync);
            app.MapDav("MOVE", root, RestoreAsync);
        }
    }

    private static async Task ListAsync(HttpContext context)
    {
        var (drive, ct) = (DavCall.DriveOf(context), context.RequestAborted);
        var asked = PropFind.Of(await DavXml.ReadAsync(context));
        var path = await ItemAsync(context, drive);
        var self = path.IsRoot ? null : await FindAsync(drive, path, ct);
        var href = $"/remote.php/dav/trashbin/{context.GetRawValue("user")}/trash{DavAddress.Href("", FilePath.Parse(context.GetRawValue("path") ?? ""), self?.Entry.IsFolder ?? true)}";
        var answer = new MultiStatus(context);
        await answer.AddAsync(href, asked.Names, self is null ? DavItem.Folder() : PropertiesOf(context, self), ct);
        if (self?.Entry.IsFolder is not false && context.Request.Headers["Depth"] != "0")
        {
            await foreach (var item in drive.Trash.ListAsync(path, ct))
            {
                var name = path.IsRoot ? KeyOf(item) : item.Entry.Path.Name;
                await answer.AddAsync(href + Uri.EscapeDataString(name) + (item.Entry.IsFolder ? "/" : ""), asked.Names, PropertiesOf(context, item), ct);
            }
        }

        await answer.CompleteAsync(ct);
    }

    private static async Task GetAsync(HttpContext context)
    {
        var drive = DavCall.DriveOf(context);
        var item = await FindAsync(drive, await ItemAsync(context, drive), context.RequestAborted);
        var entry = await drive.FindAsync(item.Entry.Id, context.RequestAborted);
        await FileResponse.WriteAsync(context, drive, (entry ?? throw NotFound()).Path, ContentDisposition.Attachment(item.Name), sent => sent.ETag);
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        var drive = DavCall.DriveOf(context);
        var path = await ItemAsync(context, drive);
        await (path.IsRoot ? drive.Trash.EmptyAsync(context.RequestAborted) : drive.Trash.DeleteAsync(path, context.RequestAborted));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Overwrite means nothing here: what has the name now keeps it.
    private static async Task RestoreAsync(HttpContext context)
    {
        var drive = DavCall.DriveOf(context);
        if (DavAddress.Segments(context, context.Request.Headers["Destination"].ToString()) is not ["remote.php", "dav", "trashbin", _, "restore", ..])
        {
            throw new FaultException(Fault.Forbidden, "What is in the trash is moved into restore");
        }

        var item = await FindAsync(drive, await ItemAsync(context, drive), context.RequestAborted);
        await drive.RestoreAsync(item.Entry.Id, rev: null, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private static Func<XmlQualifiedName, DavValue?> PropertiesOf(HttpContext context, TrashedEntry item)
    {
        var (entry, number) = (item.Entry, (item.Entry.Cozy?.FileId ?? 0).ToString(CultureInfo.InvariantCulture));
        var (user, from) = (context.GetRawValue("user")!, item.From.ToString()[1..]);
        (string, string, string)[] facts =
        [
            .. DavItem.Dated(entry.ModifiedAt, entry.ETag, entry.IsFolder ? "" : entry.ContentType),
            (DavProperties.D, "displayname", item.Name),
            (DavProperties.Nc, "trashbin-filename", item.Name),
            (DavProperties.Nc, "trashbin-original-location", from),
            (DavProperties.Nc, "trashbin-title", from),
            (DavProperties.Nc, "trashbin-deletion-time", DeletedAt(item)),
            (DavProperties.Nc, "trashbin-deleted-by-id", user),
            (DavProperties.Nc, "trashbin-deleted-by-display-name", user),
            (DavProperties.Oc, "id", number),
            (DavProperties.Oc, "fileid", number),
            (DavProperties.Oc, "permissions", "GD"),
        ];
        return entry.IsFolder
            ? DavItem.Folder([.. facts, (DavProperties.Oc, "size", (entry.Size ?? 0).ToString(CultureInfo.InvariantCulture))])
            : DavItem.File(entry.Size ?? 0, facts);
    }

    /// <summary>The path in the drive's trash: the first name loses the time that this face adds.</summary>
    private static async Task<FilePath> ItemAsync(HttpContext context, ICozyDrive drive)
    {
        var path = FilePath.Parse(context.GetRawValue("path") ?? "");
        if (path.IsRoot)
        {
            return path;
        }

        await foreach (var item in drive.Trash.ListAsync(FilePath.Root, context.RequestAborted))
        {
            if (KeyOf(item) == path.Names.First())
            {
                return path.Names.Skip(1).Aggregate(FilePath.Root.Child(item.Entry.Path.Name), (folder, name) => folder.Child(name));
            }
        }

        throw NotFound();
    }

    private static async Task<TrashedEntry> FindAsync(ICozyDrive drive, FilePath path, CancellationToken ct) =>
        await drive.Trash.ListAsync(path.Parent, ct).FirstOrDefaultAsync(item => item.Entry.Path.Name == path.Name, ct) ?? throw NotFound();

    private static string KeyOf(TrashedEntry item) => $"{item.Entry.Path.Name}.d{DeletedAt(item)}";

    private static string DeletedAt(TrashedEntry item) => (item.Entry.Cozy?.TrashedAt?.ToUnixTimeSeconds() ?? 0).ToString(CultureInfo.InvariantCulture);

    private static FaultException NotFound() => new(Fault.NotFound, "There is no such thing in the trash");
}
