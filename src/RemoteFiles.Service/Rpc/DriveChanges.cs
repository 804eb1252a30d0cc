using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Protos;
using RemoteFiles.Files;
using RemoteFiles.Http;
using RemoteFiles.JsonApi;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Rpc;

// Routes that change what is there, and those of the trash.
internal sealed partial class DriveService
{
    public override async Task<CozyDirectoryDocument> Change(ChangeRequest request, ServerCallContext context)
    {
        var (drive, ct) = (Drive(context), context.CancellationToken);
        var data = request.Document?.Data ?? throw new FaultException(Fault.Malformed, "JSON input is malformed or is missing mandatory fields");
        var attributes = data.Attributes ?? new();
        var id = request.Id.Length > 0 ? request.Id : (await drive.StatAsync(Absolute(request.Path), ct) ?? throw NoFile()).Id;
        var rev = ExpectedRevision.Of(context.GetHttpContext().Request, request.Rev);
        if (attributes.PermanentDelete)
        {
            return new() { Data = CozyFiles.Of(await drive.RemoveAsync(id, rev, ct), Url(context)) };
        }

        var changed = attributes.MoveToTrash
            ? await drive.TrashAsync(id, rev, ct)
            : await drive.ChangeAsync(id, ChangeOf(attributes, data.Relationships), rev, ct);
        return await DocumentAsync(drive, changed, asked: null, context);
    }

    public override async Task<CozyDirectoryDocument> Copy(CopyDocumentRequest request, ServerCallContext context)
    {
        var (drive, ct) = (Drive(context), context.CancellationToken);
        var original = await drive.FindAsync(request.Id, ct) ?? throw NoFile();
        var folderId = request.DirId.Length > 0 ? request.DirId : original.Cozy!.ParentId;
        var copy = await drive.CopyAsync(original.Id, folderId, NamesOfCopy(original, request.Name, context.GetHttpContext().Instance().Locale), ct);
        return await DocumentAsync(drive, copy, asked: null, context);
    }

    public override async Task<CozySizeDocument> Size(GetRequest request, ServerCallContext context)
    {
        var entry = await Drive(context).FindAsync(request.Id, context.CancellationToken) ?? throw NoFile();
        var size = (entry.Size ?? 0).ToString(CultureInfo.InvariantCulture);
        return new() { Data = new() { Type = "io.cozy.files.sizes", Id = entry.Id, Attributes = new() { Size = size } } };
    }

    public override async Task<CozyDirectoryDocument> Delete(RevisionRequest request, ServerCallContext context)
    {
        var drive = Drive(context);
        return await DocumentAsync(drive, await drive.TrashAsync(request.Id, Rev(request, context), context.CancellationToken), asked: null, context);
    }

    public override Task<CozyFileList> ListTrash(ListTrashRequest request, ServerCallContext context) =>
        ChildrenAsync(ICozyDrive.TrashId, request.Page, context);

    public override async Task<CozyDirectoryDocument> Restore(RevisionRequest request, ServerCallContext context)
    {
        var drive = Drive(context);
        return await DocumentAsync(drive, await drive.RestoreAsync(request.Id, Rev(request, context), context.CancellationToken), asked: null, context);
    }

    public override async Task<Empty> DeleteTrashed(RevisionRequest request, ServerCallContext context)
    {
        var (drive, ct) = (Drive(context), context.CancellationToken);
        var entry = await drive.FindAsync(request.Id, ct) ?? throw NoFile();
        if (entry is { Cozy.Trashed: false } && entry.Id != ICozyDrive.TrashId)
        {
            throw new FaultException(Fault.Malformed, "File or directory is not in the trash");
        }

        // In the revision just seen: what is restored meanwhile is not removed.
        await drive.RemoveAsync(entry.Id, Rev(request, context) ?? entry.Cozy!.Rev, ct);
        return new();
    }

    public override async Task<Empty> EmptyTrash(Empty request, ServerCallContext context)
    {
        await Drive(context).EmptyTrashAsync(context.CancellationToken);
        return new();
    }

    private static DriveChange ChangeOf(ChangeAttributes attributes, ChangeRelationships? relationships)
    {
        var folderId = relationships?.Parent?.Data?.Id is { Length: > 0 } related ? related : attributes.HasDirId ? attributes.DirId : null;
        return new(
            attributes.HasName ? attributes.Name : null,
            folderId,
            Time(attributes.UpdatedAt, "UpdatedAt"),
            attributes.HasExecutable ? attributes.Executable : null);
    }

    // A name that was asked for is that one or none.
    private static IEnumerable<string> NamesOfCopy(Entry original, string asked, string locale)
    {
        if (asked.Length > 0)
        {
            return [asked];
        }

        var marked = CopyName.Of(original.Path.Name, locale);
        return (original.IsFolder ? AutoRename.FolderCandidates(marked) : AutoRename.Candidates(marked)).Prepend(original.Path.Name);
    }

    private static string? Rev(RevisionRequest request, ServerCallContext context) =>
        ExpectedRevision.Of(context.GetHttpContext().Request, request.Rev);
}
