using System.Globalization;
using RemoteFiles.Files;
using RemoteFiles.Http;
using Rpc.Transcoding;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>The former contents of a file, by its number: listed, read, deleted, and restored by a MOVE into <c>restore</c>.</summary>
internal static class DavVersions
{
    private const string All = "/remote.php/dav/versions/{user}/versions/{file}";
    private const string One = All + "/{version}";

    public static void MapDavVersions(this WebApplication app)
    {
        app.MapDav("PROPFIND", All, ListAsync);
        app.MapDav("PROPFIND", One, ListAsync);
        app.MapDav("GET", One, GetAsync);
        app.MapDav("MOVE", One, RestoreAsync);
        app.MapDav("DELETE", One, DeleteAsync);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var (ct, wanted) = (context.RequestAborted, context.GetRawValue("version") ?? "");
        var asked = PropFind.Of(await DavXml.ReadAsync(context));
        var versions = await DavCall.DriveOf(context).VersionsAsync(FileOf(context), ct) ?? throw NotFound();
        var shown = wanted.Length > 0 ? [.. versions.Where(version => version.Key == wanted)] : versions;
        if (shown.Count == 0)
        {
            throw NotFound();
        }

        var root = $"/remote.php/dav/versions/{context.GetRawValue("user")}/versions/{context.GetRawValue("file")}/";
        var answer = new MultiStatus(context);
        if (wanted.Length == 0)
        {
            await answer.AddAsync(root, asked.Names, DavItem.Folder(), ct);
        }

        foreach (var version in wanted.Length == 0 && context.Request.Headers["Depth"] == "0" ? [] : shown)
        {
            await answer.AddAsync(root + version.Key, asked.Names, PropertiesOf(context, version), ct);
        }

        await answer.CompleteAsync(ct);
    }

    private static Func<System.Xml.XmlQualifiedName, DavValue?> PropertiesOf(HttpContext context, FileVersion version) => DavItem.File(
        version.Size,
        [.. DavItem.Dated(version.ModifiedAt, version.ETag, version.ContentType), (DavProperties.Nc, "version-author", context.GetRawValue("user")!)]);

    private static async Task GetAsync(HttpContext context)
    {
        await using var download = await DavCall.DriveOf(context).OpenVersionAsync(FileOf(context), VersionOf(context), 0, context.RequestAborted);
        var response = context.Response;
        response.ContentType = HeaderText.OrNothing(download.Entry.ContentType);
        response.ContentLength = download.Length;
        response.Headers.ETag = download.Entry.ETag;
        response.Headers.ContentDisposition = ContentDisposition.Attachment(download.Entry.Path.Name);
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await download.Body.CopyToAsync(response.Body, context.RequestAborted);
        }
    }

    private static async Task RestoreAsync(HttpContext context)
    {
        if (DavAddress.Segments(context, context.Request.Headers["Destination"].ToString()) is not ["remote.php", "dav", "versions", _, "restore", ..])
        {
            throw new FaultException(Fault.Forbidden, "A version is moved into restore");
        }

        await DavCall.DriveOf(context).RestoreVersionAsync(FileOf(context), VersionOf(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        await DavCall.DriveOf(context).RemoveVersionAsync(FileOf(context), VersionOf(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string VersionOf(HttpContext context) => context.GetRawValue("version") ?? "";

    private static long FileOf(HttpContext context) =>
        long.TryParse(context.GetRawValue("file"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw NotFound();

    private static FaultException NotFound() => new(Fault.NotFound, "There is no such file or version");
}
