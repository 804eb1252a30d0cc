using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
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
        var allowed = Allowed(drive, context);
        var entry = await (request.Id.Length > 0 ? allowed.FindAsync("PATCH", request.Id, ct) : allowed.StatAsync("PATCH", Absolute(request.Path), ct));
        var rev = ExpectedRevision.Of(context.GetHttpContext().Request, request.Rev);
        if (attributes.PermanentDelete)
        {
            return new() { Data = CozyFiles.Of(await drive.RemoveAsync(entry.Id, rev, ct), Url(context)) };
        }

        if (attributes.MoveToTrash)
        {
            return await DocumentAsync(drive, await drive.TrashAsync(entry.Id, rev, ct), asked: null, context);
        }

        var change = ChangeOf(attributes, data.Relationships);
        if (change.FolderId is { } folderId && folderId != entry.Cozy!.ParentId && await drive.FindAsync(folderId, ct) is { } folder)
        {
            await allowed.CheckNewAsync("PATCH", folder, entry.IsFolder, change.Name ?? entry.Path.Name, ct);
        }

        return await DocumentAsync(drive, await drive.ChangeAsync(entry.Id, change, rev, ct), asked: null, context);
    }

    public override async Task<CozyDirectoryDocument> Copy(CopyDocumentRequest request, ServerCallContext context)
    {
        var (drive, ct) = (Drive(context), context.CancellationToken);
        var allowed = Allowed(drive, context);
        var original = await allowed.FindAsync("POST", request.Id, ct);
        var folderId = request.DirId.Length > 0 ? request.DirId : original.Cozy!.ParentId;
        if (await drive.FindAsync(folderId, ct) is { } folder)
        {
            await allowed.CheckNewAsync("POST", folder, original.IsFolder, original.Path.Name, ct);
        }

        var copy = await drive.CopyAsync(original.Id, folderId, NamesOfCopy(original, request.Name, context.GetHttpContext().Instance().Locale), ct);
        return await DocumentAsync(drive, copy, asked: null, context);
    }

    public override async Task<CozySizeDocument> Size(GetRequest request, ServerCallContext context)
    {
        var entry = await Allowed(Drive(context), context).FindAsync("GET", request.Id, context.CancellationToken);
        var size = (entry.Size ?? 0).ToString(CultureInfo.InvariantCulture);
        return new() { Data = new() { Type = "io.cozy.files.sizes", Id = entry.Id, Attributes = new() { Size = size } } };
    }

    public override async Task<CozyDirectoryDocument> Delete(RevisionRequest request, ServerCallContext context)
    {
        var drive = Drive(context);
        await Allowed(drive, context).FindAsync("PATCH", request.Id, context.CancellationToken);
        return await DocumentAsync(drive, await drive.TrashAsync(request.Id, Rev(request, context), context.CancellationToken), asked: null, context);
    }

    public override Task<CozyFileList> ListTrash(ListTrashRequest request, ServerCallContext context) =>
        ChildrenAsync(ICozyDrive.TrashId, request.Page, context);

    public override async Task<CozyDirectoryDocument> Restore(RevisionRequest request, ServerCallContext context)
    {
        var drive = Drive(context);
        await Allowed(drive, context).FindAsync("PATCH", request.Id, context.CancellationToken);
        return await DocumentAsync(drive, await drive.RestoreAsync(request.Id, Rev(request, context), context.CancellationToken), asked: null, context);
    }

    public override async Task<Empty> DeleteTrashed(RevisionRequest request, ServerCallContext context)
    {
        var (drive, ct) = (Drive(context), context.CancellationToken);
        var entry = await Allowed(drive, context).FindAsync("DELETE", request.Id, ct);
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
        var drive = Drive(context);
        await Allowed(drive, context).FindAsync("DELETE", ICozyDrive.TrashId, context.CancellationToken);
        await drive.EmptyTrashAsync(context.CancellationToken);
        return new();
    }

    private static DriveChange ChangeOf(ChangeAttributes attributes, ChangeRelationships? relationships)
    {
        var folderId = relationships?.Parent?.Data?.Id is { Length: > 0 } related ? related : attributes.HasDirId ? attributes.DirId : null;
        return new(
            attributes.HasName ? attributes.Name : null,
            folderId,
            Time(attributes.UpdatedAt, "UpdatedAt"),
            attributes.HasExecutable ? attributes.Executable : null)
        {
            Encrypted = attributes.HasEncrypted ? attributes.Encrypted : null,
            Annotate = known => known with
            {
                Tags = attributes.Tags is { } tags ? [.. tags.Values.Select(Tag)] : known.Tags,
                Metadata = attributes.Metadata is { } metadata ? JsonNode.Parse(JsonFormatter.Default.Format(metadata))!.AsObject() : known.Metadata,
                Favorite = attributes.CozyMetadata is { HasFavorite: true } cozy ? cozy.Favorite : known.Favorite,
            },
        };
    }

    private static string Tag(Value tag) => tag.KindCase == Value.KindOneofCase.StringValue
        ? tag.StringValue
        : throw new FaultException(Fault.Malformed, "JSON input is malformed or is missing mandatory fields");

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
