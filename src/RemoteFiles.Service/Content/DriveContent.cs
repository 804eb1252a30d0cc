using System.Globalization;
using Protos;
using RemoteFiles.Access;
using RemoteFiles.Files;
using RemoteFiles.Http;
using RemoteFiles.JsonApi;
using Rpc.Transcoding;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Content;

/// <summary>The /files routes that carry bytes: upload into a directory, overwrite by id, download by id and by path (cozy-api 8.4).</summary>
internal static class DriveContent
{
    public static void MapDriveContent(this WebApplication app)
    {
        app.MapRaw("POST", "/files/{dir_id}", UploadAsync).WithQuery("Type", "file").WithMetadata(Admission.SomePermission("POST", "io.cozy.files"));
        app.MapRaw("PUT", "/files/{id}", OverwriteAsync).WithMetadata(Admission.SomePermission("PUT", "io.cozy.files"));
        app.MapRaw("GET", "/files/download/{id}", DownloadByIdAsync).WithMetadata(Admission.SomePermission("GET", "io.cozy.files"));
        app.MapRaw("GET", "/files/downloads/{secret}/{name}", DownloadByLinkAsync).WithMetadata(Admission.Public);
        app.MapRaw("GET", "/files/download", DownloadByPathAsync).WithMetadata(Admission.SomePermission("GET", "io.cozy.files"));
    }

    private static async Task UploadAsync(HttpContext context)
    {
        var (drive, request, ct) = (Drive(context), context.Request, context.RequestAborted);
        var folderId = context.GetRawValue("dir_id") is { Length: > 0 } id ? id : ICozyDrive.RootId;
        var folder = await drive.FindAsync(folderId, ct) is { IsFolder: true } found
            ? found
            : throw new FaultException(Fault.ParentNotFound, "Parent directory with given DirID does not exist");
        var name = request.Query["Name"].ToString();
        await FilePermissions.Of(context, drive).CheckNewAsync("POST", folder, isFolder: false, name, ct);
        if (folder.Cozy!.Trashed)
        {
            throw new FaultException(Fault.ParentNotFound, "Parent directory is in the trash");
        }

        var upload = UploadOf(context) with
        {
            Executable = request.Query["Executable"] == "true",
            Encrypted = request.Query["Encrypted"] == "true",
            Annotations = AnnotationsOf(request.Query, Annotations.None),
        };
        var stored = await drive.WriteAsync(folder.Path.Child(DriveNames.Check(name)), upload, ct);
        await AnswerAsync(context, StatusCodes.Status201Created, stored);
    }

    // Its name stays, whatever ?Name= says: a PATCH renames.
    private static async Task OverwriteAsync(HttpContext context)
    {
        var (drive, request, ct) = (Drive(context), context.Request, context.RequestAborted);
        var entry = await FilePermissions.Of(context, drive).FindAsync("PUT", context.GetRawValue("id")!, ct);
        var upload = UploadOf(context) with
        {
            ReplacedRev = ExpectedRevision.Of(request, request.Query["rev"]),
            Executable = Flag(request.Query["Executable"], entry.Cozy!.Executable),
            Encrypted = Flag(request.Query["Encrypted"], entry.Cozy.Encrypted),
            Annotations = AnnotationsOf(request.Query, entry.Cozy.Annotations),
        };
        await AnswerAsync(context, StatusCodes.Status200OK, await drive.OverwriteAsync(entry.Id, upload, ct));
    }

    private static Upload UploadOf(HttpContext context)
    {
        var (request, query) = (context.Request, context.Request.Query);
        UploadMetadata.Check(query["MetadataID"].ToString());
        var created = Time(query, "CreatedAt") ?? UploadMetadata.DateOf(request);
        return new()
        {
            Body = UploadBody.Of(context),
            Length = request.ContentLength ?? Number(query["Size"]),
            ContentType = UploadMetadata.ContentTypeOf(request),
            ModifiedAt = Time(query, "UpdatedAt") ?? created,
            CreatedAt = created,
            Md5 = Md5(request.Headers.ContentMD5),
            Creator = context.Caller().App,
        };
    }

    private static Annotations AnnotationsOf(IQueryCollection query, Annotations known) => known with
    {
        Tags = UploadMetadata.TagsOf(query["Tags"].ToString()) is { Count: > 0 } tags ? tags : known.Tags,
        SourceAccount = Text(query, "SourceAccount", known.SourceAccount),
        SourceAccountIdentifier = Text(query, "SourceAccountIdentifier", known.SourceAccountIdentifier),
    };

    private static Task AnswerAsync(HttpContext context, int status, Entry stored)
    {
        var document = new CozyFileDocument { Data = CozyFiles.Of(stored, context.Instance().Url) };
        return context.Response.WriteMessageAsync(document, status, "application/vnd.api+json");
    }

    private static async Task DownloadByIdAsync(HttpContext context)
    {
        var drive = Drive(context);
        await DownloadAsync(context, drive, await FilePermissions.Of(context, drive).FindAsync("GET", context.GetRawValue("id")!, context.RequestAborted));
    }

    private static async Task DownloadByPathAsync(HttpContext context)
    {
        var path = context.Request.Query["Path"].ToString();
        if (!path.StartsWith('/'))
        {
            throw new FaultException(Fault.Malformed, "Path should be absolute");
        }

        var drive = Drive(context);
        var entry = await FilePermissions.Of(context, drive).StatAsync("GET", FilePath.Parse(path), context.RequestAborted);
        await DownloadAsync(context, drive, entry);
    }

    // The name is for those who save the file; the secret alone says which it is.
    private static async Task DownloadByLinkAsync(HttpContext context)
    {
        var drive = Drive(context);
        var id = context.RequestServices.GetRequiredService<DownloadLinks>().FileOf(context.Instance(), context.GetRawValue("secret")!);
        await DownloadAsync(context, drive, await drive.FindAsync(id, context.RequestAborted));
    }

    private static Task DownloadAsync(HttpContext context, ICozyDrive drive, Entry? entry)
    {
        if (entry is not { IsFolder: false })
        {
            throw new FaultException(Fault.NotFound, "file does not exist");
        }

        var name = entry.Path.Name;
        var disposition = context.Request.Query["Dl"] == "1" ? ContentDisposition.Attachment(name) : ContentDisposition.Inline(name);
        return FileResponse.WriteAsync(context, drive, entry.Path, disposition, file => $"\"{Convert.ToBase64String(file.Md5.Span)}\"");
    }

    private static ICozyDrive Drive(HttpContext context) =>
        context.RequestServices.GetRequiredService<IFileTrees>().Drive(context.Instance().Domain);

    private static bool Flag(string? text, bool otherwise) => string.IsNullOrEmpty(text) ? otherwise : text == "true";

    private static string Text(IQueryCollection query, string name, string otherwise) => query[name].ToString() is { Length: > 0 } text ? text : otherwise;

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Time(IQueryCollection query, string name) =>
        query[name].ToString() is not { Length: > 0 } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new FaultException(Fault.Invalid, "Invalid time given") { Parameter = name };

    private static byte[] Md5(string? header)
    {
        var hash = new byte[16];
        return string.IsNullOrEmpty(header) ? []
            : Convert.TryFromBase64String(header, hash, out var length) && length == hash.Length ? hash
            : throw new FaultException(Fault.Invalid, "Given Content-MD5 is invalid") { Parameter = "Content-MD5" };
    }
}
