using System.Globalization;
using Grpc.Core;
using Protos;
using RemoteFiles.Access;
using RemoteFiles.Files;
using RemoteFiles.Http;
using RemoteFiles.JsonApi;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Rpc;

/// <summary>The door of protos/drive.proto: the metadata routes of /files.</summary>
internal sealed partial class DriveService(IFileTrees trees, DownloadLinks links) : Protos.Drive.DriveBase
{
    private const int DefaultLimit = 30;
    private const int MostLimit = 1000;

    public override async Task<CozyDirectoryDocument> Get(GetRequest request, ServerCallContext context)
    {
        var drive = Drive(context);
        var entry = await Allowed(drive, context).FindAsync("GET", request.Id, context.CancellationToken);
        return await DocumentAsync(drive, entry, request.Page, context);
    }

    public override async Task<CozyDirectoryDocument> GetByPath(GetByPathRequest request, ServerCallContext context)
    {
        var drive = Drive(context);
        var entry = await Allowed(drive, context).StatAsync("GET", Absolute(request.Path), context.CancellationToken);
        return await DocumentAsync(drive, entry, request.Page, context);
    }

    public override Task<CozyFileList> ListChildren(GetRequest request, ServerCallContext context) =>
        ChildrenAsync(request.Id, request.Page, context);

    public override async Task<CozyDirectoryDocument> CreateDirectory(CreateDirectoryRequest request, ServerCallContext context)
    {
        if (request.Type != "directory")
        {
            throw new FaultException(Fault.Invalid, "Invalid document type") { Pointer = "/data/attributes/type" };
        }

        var (drive, ct) = (Drive(context), context.CancellationToken);
        UploadMetadata.Check(request.MetadataId);
        var http = context.GetHttpContext().Request;
        var (created, modified) = (Time(request.CreatedAt, "CreatedAt") ?? UploadMetadata.DateOf(http), Time(request.UpdatedAt, "UpdatedAt"));
        Entry made;
        if (request.DirId.Length == 0 && request.Path.Length > 0)
        {
            var path = Absolute(request.Path);
            await Allowed(drive, context).CheckNewAsync("POST", path, ct);
            if (request.Recursive == "true" && await drive.StatAsync(path, ct) is { IsFolder: true } there)
            {
                return new() { Data = CozyFiles.Of(there, Url(context)) };
            }

            made = request.Recursive == "true" ? await drive.EnsureFolderAsync(path, ct) : await drive.MakeFolderAsync(path, ct);
        }
        else
        {
            made = await drive.MakeFolderAsync(await ChildAsync(drive, request, context), ct);
        }

        // In this order: the first sets both, and the second leaves a creation that lies before it.
        foreach (var time in new[] { created, modified }.OfType<DateTimeOffset>())
        {
            await drive.TouchAsync(made.Id, time, ct);
        }

        made = UploadMetadata.TagsOf(request.Tags) is { Count: > 0 } tags
            ? await drive.ChangeAsync(made.Id, new(null, null, null, null) { Annotate = known => known with { Tags = tags } }, rev: null, ct)
            : await drive.FindAsync(made.Id, ct) ?? throw NoFile();
        return new() { Data = CozyFiles.Of(made, Url(context)) };
    }

    public override async Task<CozyDirectoryDocument> CreateDownloadLink(DownloadLinkRequest request, ServerCallContext context)
    {
        var (drive, ct) = (Drive(context), context.CancellationToken);
        var allowed = Allowed(drive, context);
        var entry = await (request.Id.Length > 0 ? allowed.FindAsync("GET", request.Id, ct) : allowed.StatAsync("GET", Absolute(request.Path), ct));
        if (entry.IsFolder)
        {
            throw NoFile();
        }

        // Clients send the name encoded once more than a query needs: it is in the link as they mean it either way.
        var name = request.Filename.Length > 0 ? Uri.UnescapeDataString(request.Filename).Replace("/", "", StringComparison.Ordinal) : entry.Path.Name;
        var secret = links.SecretFor(context.GetHttpContext().Instance(), entry.Id);
        var document = await DocumentAsync(drive, entry, asked: null, context);
        document.Links = new() { Related = $"/files/downloads/{secret}/{Uri.EscapeDataString(name)}" };
        return document;
    }

    private async Task<CozyFileList> ChildrenAsync(string id, Page? asked, ServerCallContext context)
    {
        var drive = Drive(context);
        var folder = await Allowed(drive, context).FindAsync("GET", id, context.CancellationToken);
        if (!folder.IsFolder)
        {
            throw new FaultException(Fault.Malformed, "a file has no contents");
        }

        var (page, limit) = await PageAsync(drive, folder, asked, context);
        var list = new CozyFileList { Meta = new() { Count = page.Total }, Links = new() { Next = NextLink(folder, page, limit, "/relationships/contents") } };
        list.Data.AddRange(page.Entries.Select(entry => CozyFiles.Of(entry, Url(context))));
        return list;
    }

    private static async Task<FilePath> ChildAsync(ICozyDrive drive, CreateDirectoryRequest request, ServerCallContext context)
    {
        var ct = context.CancellationToken;
        var id = request.DirId.Length > 0 ? request.DirId : ICozyDrive.RootId;
        var parent = await drive.FindAsync(id, ct) is { IsFolder: true } found
            ? found
            : throw new FaultException(Fault.ParentNotFound, "Parent directory with given DirID does not exist");
        await Allowed(drive, context).CheckNewAsync("POST", parent, isFolder: true, request.Name, ct);
        return parent.Path.Child(DriveNames.Check(request.Name));
    }

    private static async Task<CozyDirectoryDocument> DocumentAsync(ICozyDrive drive, Entry entry, Page? asked, ServerCallContext context)
    {
        var document = new CozyDirectoryDocument { Data = CozyFiles.Of(entry, Url(context)) };
        if (!entry.IsFolder)
        {
            return document;
        }

        var (page, limit) = await PageAsync(drive, entry, asked, context);
        var next = NextLink(entry, page, limit, "");
        var contents = new ToMany { Meta = new() { Count = page.Total }, Links = new() { Self = $"/files/{entry.Id}/relationships/contents", Next = next } };
        contents.Data.AddRange(page.Entries.Select(child => new Identifier { Id = child.Id, Type = "io.cozy.files" }));
        document.Data.Relationships.Contents = contents;
        document.Data.Relationships.NotSynchronizedOn = new() { Links = new() { Self = $"/files/{entry.Id}/relationships/not_synchronized_on" } };
        document.Links = new() { Next = next };
        document.Included.AddRange(page.Entries.Select(child => CozyFiles.Of(child, Url(context))));
        return document;
    }

    private static async Task<(DrivePage Page, int Limit)> PageAsync(ICozyDrive drive, Entry folder, Page? asked, ServerCallContext context)
    {
        var limit = Number(asked?.Limit, DefaultLimit, "page limit is not a number");
        var skip = Number(asked?.Skip, 0, "page skip is not a number");
        var from = asked?.Cursor is { Length: > 0 } cursor ? PageCursor.Read(cursor) : null;
        limit = Math.Clamp(limit, 1, MostLimit);
        return (await drive.ListPageAsync(folder.Id, from, skip, limit, context.CancellationToken), limit);
    }

    private static string NextLink(Entry folder, DrivePage page, int limit, string suffix) => page.Next is null
        ? ""
        : string.Create(
            CultureInfo.InvariantCulture,
            $"/files/{folder.Id}{suffix}?page%5Bcursor%5D={Uri.EscapeDataString(PageCursor.Write(folder.Id, page.Next))}&page%5Blimit%5D={limit}");

    private static int Number(string? text, int otherwise, string complaint) =>
        string.IsNullOrEmpty(text) ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FaultException(Fault.Malformed, complaint);

    private static DateTimeOffset? Time(string text, string parameter) =>
        text.Length == 0 ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new FaultException(Fault.Invalid, "Invalid time given") { Parameter = parameter };

    private static FilePath Absolute(string path) =>
        path.StartsWith('/') ? FilePath.Parse(path) : throw new FaultException(Fault.Malformed, "Path should be absolute");

    private ICozyDrive Drive(ServerCallContext context) => trees.Drive(context.GetHttpContext().Instance().Domain);

    private static FilePermissions Allowed(ICozyDrive drive, ServerCallContext context) => FilePermissions.Of(context.GetHttpContext(), drive);

    private static string Url(ServerCallContext context) => context.GetHttpContext().Instance().Url;

    private static FaultException NoFile() => new(Fault.NotFound, "file does not exist");
}
