using System.Runtime.CompilerServices;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>The deleted files of a user at a remote Nextcloud: <c>/remote.php/dav/trashbin/&lt;user&gt;/trash/name.d1770000000</c>.</summary>
internal sealed class NextcloudTrash(DavLine line, Account account, IFileTree files) : ITrash
{
    private readonly DavRoot root = DavRoot.Trash(account);
    private readonly DavCollection trash = new(line, DavRoot.Trash(account), DavNames.AskForTrash);

    public async IAsyncEnumerable<TrashedEntry> ListAsync(FilePath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var resource in trash.ListAsync(folder, ct))
        {
            if (resource.Path != folder)
            {
                yield return Trashed(resource);
            }
        }
    }

    /// <summary>
    /// Looks first whether the old place is free: the server never says that it is taken, it restores under another name. And
    /// without an Overwrite header: F is always answered with 412.
    /// </summary>
    public async Task RestoreAsync(FilePath item, CancellationToken ct)
    {
        var resource = item.IsRoot ? null : await trash.FindAsync(item, ct);
        var trashed = Trashed(resource ?? throw new FaultException(Fault.NotFound, "file/directory not found"));
        if (await files.StatAsync(trashed.From, ct) is not null)
        {
            throw new FaultException(Fault.AlreadyExists, "it already exists");
        }

        var request = line.Request("MOVE", root.At(item));
        request.Headers.TryAddWithoutValidation("Destination", DavRoot.Restore(account).At(FilePath.Root.Child(item.Name)).OriginalString);
        await line.TellAsync(request, ct);
    }

    public async Task DeleteAsync(FilePath item, CancellationToken ct)
    {
        if (item.IsRoot)
        {
            throw new FaultException(Fault.Forbidden, "the trash itself cannot be deleted, only emptied");
        }

        await line.TellAsync(line.Request("DELETE", root.At(item)), ct);
    }

    public Task EmptyAsync(CancellationToken ct) => line.TellAsync(line.Request("DELETE", root.Self), ct);

    private TrashedEntry Trashed(DavResource resource)
    {
        var name = resource[DavNames.TrashName];
        var from = resource[DavNames.TrashOrigin];
        try
        {
            return name.Length > 0 && from.Length > 0
                ? new(resource.ToEntry(), name, FilePath.Parse(from))
                : throw new FaultException(Fault.BadGateway, $"{line.Host} does not say what {resource.Path} in its trash was");
        }
        catch (FaultException e) when (e.Fault == Fault.Malformed)
        {
            throw new FaultException(Fault.BadGateway, $"{line.Host} does not say where {resource.Path} in its trash came from", e);
        }
    }
}
