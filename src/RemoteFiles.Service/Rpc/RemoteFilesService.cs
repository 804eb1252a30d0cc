using Grpc.Core;
using Protos;
using RemoteFiles.Files;
using RemoteFiles.JsonApi;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Rpc;

/// <summary>The door of protos/remote_files.proto: /remote/nextcloud/:account, without the routes that carry bytes.</summary>
internal sealed class RemoteFilesService(IFileTrees trees) : Protos.RemoteFiles.RemoteFilesBase
{
    private static readonly Done Ok = new() { Ok = true };

    public override async Task List(PathRequest request, IServerStreamWriter<RemoteFile> responseStream, ServerCallContext context)
    {
        var remote = await RemoteAsync(request.Account, context);
        await foreach (var entry in remote.Files.ListAsync(FilePath.Parse(request.Path), context.CancellationToken))
        {
            await responseStream.WriteAsync(RemoteResources.Of(entry, remote.WebUrl), context.CancellationToken);
        }
    }

    public override async Task<SizeReply> Size(PathRequest request, ServerCallContext context)
    {
        var remote = await RemoteAsync(request.Account, context);
        var entry = await remote.Files.StatAsync(FilePath.Parse(request.Path), context.CancellationToken) ?? throw NotFound();
        return new() { Size = entry.Size ?? 0 };
    }

    public override async Task<Done> MakeFolder(PathRequest request, ServerCallContext context)
    {
        var remote = await RemoteAsync(request.Account, context);
        await remote.Files.MakeFolderAsync(FilePath.Parse(request.Path), context.CancellationToken);
        return Ok;
    }

    public override async Task<Done> Delete(PathRequest request, ServerCallContext context)
    {
        var remote = await RemoteAsync(request.Account, context);
        await remote.Files.DeleteAsync(FilePath.Parse(request.Path), etag: null, context.CancellationToken);
        return Ok;
    }

    public override async Task<Done> Move(MoveRequest request, ServerCallContext context)
    {
        var remote = await RemoteAsync(request.Account, context);
        var from = FilePath.Parse(request.Path);
        await remote.Files.MoveAsync(from, FilePath.Parse(Required(request.To, "To")), context.CancellationToken);
        return Ok;
    }

    public override async Task<Done> Copy(CopyRequest request, ServerCallContext context)
    {
        var remote = await RemoteAsync(request.Account, context);
        var from = FilePath.Parse(request.Path);
        var to = request.To.Length > 0 ? FilePath.Parse(request.To)
            : from.Parent.Child(request.Name.Length > 0 ? request.Name : CopyName.Of(from.Name, context.GetHttpContext().Instance().Locale));
        await remote.Files.CopyAsync(from, to, context.CancellationToken);
        return Ok;
    }

    public override async Task<CozyFileDocument> Downstream(DownstreamRequest request, ServerCallContext context)
    {
        var (caller, ct) = (context.GetHttpContext().Caller(), context.CancellationToken);
        var remote = await RemoteAsync(request.Account, context);
        var path = FilePath.Parse(request.Path);
        var drive = trees.Drive(caller.Instance.Domain);
        var folder = await drive.FindAsync(Required(request.To, "To"), ct) is { IsFolder: true, Cozy.Trashed: false } found
            ? found
            : throw new FaultException(Fault.ParentNotFound, "Parent directory with given DirID does not exist");

        var file = await remote.Files.StatAsync(path, ct) is { IsFolder: false } listed ? listed : throw NotFound();
        var details = new TransferDetails(request.Account, caller.App);
        var ifTaken = IsTrue(request.FailOnConflict) ? IfTaken.Fail : IfTaken.Rename;
        var copied = await Transfer.CopyAsync(remote.Files, file, drive, folder.Path.Child(path.Name), ifTaken, details, ct);
        if (!IsTrue(request.Copy))
        {
            await Transfer.RemoveSourceAsync(remote.Files, copied.Source, drive, copied.Entry, ct);
        }

        return new() { Data = CozyFiles.Of(copied.Entry, caller.Instance.Url) };
    }

    public override async Task<Done> Upstream(UpstreamRequest request, ServerCallContext context)
    {
        var (caller, ct) = (context.GetHttpContext().Caller(), context.CancellationToken);
        var remote = await RemoteAsync(request.Account, context);
        var target = FilePath.Parse(request.Path);
        var drive = trees.Drive(caller.Instance.Domain);
        var file = await drive.FindAsync(Required(request.From, "From"), ct) is { IsFolder: false, Cozy.Trashed: false } found
            ? found
            : throw new FaultException(Fault.NotFound, "file does not exist");

        var copied = await Transfer.CopyAsync(drive, file, remote.Files, target, IfTaken.Fail, new("", ""), ct);
        if (!IsTrue(request.Copy))
        {
            await Transfer.RemoveSourceAsync(drive, copied.Source, remote.Files, copied.Entry, ct);
        }

        return Ok;
    }

    public override async Task ListTrash(PathRequest request, IServerStreamWriter<RemoteFile> responseStream, ServerCallContext context)
    {
        var remote = await RemoteAsync(request.Account, context);
        await foreach (var trashed in remote.Trash.ListAsync(FilePath.Parse(request.Path), context.CancellationToken))
        {
            await responseStream.WriteAsync(RemoteResources.Of(trashed, remote.WebUrl), context.CancellationToken);
        }
    }

    public override async Task<Done> Restore(PathRequest request, ServerCallContext context)
    {
        var remote = await RemoteAsync(request.Account, context);

        // The handle is the path that the trash listing gave: /trash/<item>.
        var names = FilePath.Parse(request.Path).Names.ToList();
        var item = names is ["trash", _, ..] ? FilePath.Parse(string.Join('/', names[1..])) : throw NotFound();
        await remote.Trash.RestoreAsync(item, context.CancellationToken);
        return Ok;
    }

    public override async Task<Done> DeleteTrashed(PathRequest request, ServerCallContext context)
    {
        var remote = await RemoteAsync(request.Account, context);
        var item = FilePath.Parse(request.Path);
        await (item.IsRoot ? remote.Trash.EmptyAsync(context.CancellationToken) : remote.Trash.DeleteAsync(item, context.CancellationToken));
        return Ok;
    }

    private Task<RemoteTree> RemoteAsync(string account, ServerCallContext context) =>
        trees.RemoteAsync(context.GetHttpContext().Instance().Domain, account, context.CancellationToken);

    private static string Required(string value, string parameter) =>
        value.Length > 0 ? value : throw new FaultException(Fault.Malformed, $"missing {parameter} parameter") { Parameter = parameter };

    // As Go's strconv.ParseBool reads true; everything else counts as false.
    private static bool IsTrue(string value) => value is "1" or "t" or "T" or "TRUE" or "true" or "True";

    private static FaultException NotFound() => new(Fault.NotFound, "file/directory not found");
}
