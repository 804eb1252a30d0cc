using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive;

// Commands on documents: found by id, and changed only in the revision that the caller knows.
internal sealed partial class CozyDrive
{
    private const int MostAnnotations = 64 * 1024;

    public Task<Entry> ChangeAsync(string id, DriveChange change, string? rev, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var node = await CurrentAsync(nodes, id, rev);
            var modified = change.ModifiedAt?.ToUnixTimeMilliseconds() ?? node.ModifiedAt;
            if (change.ModifiedAt is not null && modified < node.CreatedAt)
            {
                throw DriveFaults.BeforeCreation();
            }

            var etag = modified == node.ModifiedAt ? node.ETag : Node.NewHex();
            var annotations = change.Annotate(Annotations.Parse(node.Annotations)).ToString();
            if (annotations.Length > MostAnnotations)
            {
                throw new FaultException(Fault.TooLarge, "what is noted on a document is too large");
            }

            var changed = node with
            {
                ModifiedAt = modified,
                ETag = etag,
                Executable = !node.IsFolder && (change.Executable ?? node.Executable),
                Encrypted = !node.IsFolder && (change.Encrypted ?? node.Encrypted),
                Annotations = annotations,
            };
            var (name, folderId) = (change.Name ?? node.Name, change.FolderId ?? node.ParentId);
            var isMoved = name != node.Name || folderId != node.ParentId;
            await DemandFreeAsync(nodes, isMoved ? Reach.Tree : Reach.Content, node);
            if (isMoved)
            {
                var parent = await FolderForAsync(nodes, node, folderId, DriveNames.Check(name));
                await DemandFreeAsync(nodes, Reach.Member, parent, name);
                await PutAsync(nodes, changed with { ContentType = ContentTypeAs(node, name) }, parent, name);
            }
            else
            {
                await nodes.UpdateAsync(changed.Revised());
                await nodes.GrowAsync(node.ParentId, 0);
            }

            return await EntryAsync(nodes, id);
        },
        ct);

    public async Task<Entry> CopyAsync(string id, string folderId, IEnumerable<string> names, CancellationToken ct)
    {
        var quota = await store.QuotaAsync(instance, ct);
        return await WriteAsync(
            async nodes =>
            {
                var node = await CurrentAsync(nodes, id, rev: null);
                foreach (var name in names)
                {
                    var (parent, isFree) = await PlaceForAsync(nodes, node, folderId, DriveNames.Check(name));
                    if (isFree)
                    {
                        await DemandFreeAsync(nodes, Reach.Member, parent, name);
                        return await EntryAsync(nodes, await AddCopiesAsync(nodes, node, parent, name, quota));
                    }
                }

                throw DriveFaults.Taken();
            },
            ct);
    }

    public Task<Entry> TrashAsync(string id, string? rev, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var node = await CurrentAsync(nodes, id, rev);
            if (node.TrashedAt is not null)
            {
                throw DriveFaults.InTrash();
            }

            await DemandFreeAsync(nodes, Reach.Tree, node);
            await TrashAsync(nodes, node, await nodes.PathOfAsync(id));
            return await EntryAsync(nodes, id);
        },
        ct);

    public Task<Entry> RestoreAsync(string id, string? rev, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var node = await CurrentAsync(nodes, id, rev);
            if (node.TrashedAt is null)
            {
                throw DriveFaults.NotInTrash();
            }

            var inTrash = (await nodes.PathOfAsync(id)).Names.Skip(1).Aggregate(FilePath.Root, (path, name) => path.Child(name));
            var to = await OriginalPathAsync(nodes, inTrash);
            var parent = await EnsureAsync(nodes, to.Parent);
            var name = await FreeNameAsync(nodes, parent, to.Name);
            await DemandFreeAsync(nodes, Reach.Member, parent, name);
            await RestoreAsync(nodes, node, parent, name);
            return await EntryAsync(nodes, id);
        },
        ct);

    public async Task<Entry> RemoveAsync(string id, string? rev, CancellationToken ct)
    {
        var (entry, blobs) = await WriteAsync(
            async nodes =>
            {
                var node = await CurrentAsync(nodes, id, rev);
                var removed = await EntryAsync(nodes, id);
                await DemandFreeAsync(nodes, Reach.Tree, node);
                return (removed, await RemoveAsync(nodes, node));
            },
            ct);
        await store.DiscardAsync(blobs);
        return entry;
    }

    Task ICozyDrive.EmptyTrashAsync(CancellationToken ct) => EmptyAsync(ct);

    /// <summary>A document that may be changed, in the revision that the caller knows.</summary>
    private static async Task<Node> CurrentAsync(Nodes nodes, string id, string? rev)
    {
        var node = await nodes.FindAsync(id) ?? throw DriveFaults.NotFound();
        if (node.Id is ICozyDrive.RootId or ICozyDrive.TrashId)
        {
            throw DriveFaults.Fixed();
        }

        return rev is null || rev == node.Rev ? node : throw DriveFaults.OtherRevision();
    }

    /// <summary>The folder that a document moves to, or is renamed in.</summary>
    private static async Task<Node> FolderForAsync(Nodes nodes, Node node, string folderId, string name)
    {
        if (node.TrashedAt is not null)
        {
            throw DriveFaults.ForbiddenMove();
        }

        var (parent, isFree) = await PlaceForAsync(nodes, node, folderId, name);
        return isFree ? parent : throw DriveFaults.Taken();
    }

    /// <summary>A folder that may hold a document, and whether the name is free there.</summary>
    private static async Task<(Node Folder, bool IsFree)> PlaceForAsync(Nodes nodes, Node node, string folderId, string name)
    {
        var parent = await nodes.FindAsync(folderId) is { IsFolder: true } folder ? folder : throw DriveFaults.UnknownFolder();
        if (parent.IsTrash)
        {
            throw DriveFaults.ParentInTrash();
        }

        var path = await nodes.PathOfAsync(parent.Id);
        if ((await nodes.PathOfAsync(node.Id)).Contains(path))
        {
            throw DriveFaults.ForbiddenMove();
        }

        return path.Names.Count() + 1 + await nodes.HeightAsync(node.Id) >= Levels
            ? throw DriveFaults.TooManyLevels()
            : (parent, await nodes.ChildAsync(parent.Id, name) is null);
    }

    private static async Task<Entry> EntryAsync(Nodes nodes, string id) => (await nodes.FindAsync(id))!.ToEntry(await nodes.PathOfAsync(id));
}
