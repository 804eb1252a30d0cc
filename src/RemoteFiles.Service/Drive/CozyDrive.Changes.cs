using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive;

// Commands that move no bytes.
internal sealed partial class CozyDrive
{
    private const int Levels = 512;

    public Task<Entry> MakeFolderAsync(FilePath folder, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var (parent, _) = await TargetAsync(nodes, folder, overwrite: false);
            await DemandFreeAsync(nodes, Reach.Member, folder);
            return (await AddFolderAsync(nodes, parent, folder.Name)).ToEntry(folder);
        },
        ct);

    public async Task<Entry> EnsureFolderAsync(FilePath folder, CancellationToken ct) =>
        await StatAsync(folder, ct) is { IsFolder: true, Cozy.Trashed: false } there && there.Id != ICozyDrive.TrashId
            ? there
            : await WriteAsync(async nodes => (await EnsureAsync(nodes, folder)).ToEntry(folder), ct);

    public Task TouchAsync(string id, DateTimeOffset modifiedAt, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var node = await nodes.FindAsync(id) ?? throw DriveFaults.NotFound();
            await DemandFreeAsync(nodes, Reach.Content, node);
            await TouchAsync(nodes, node, modifiedAt);
            return node;
        },
        ct);

    private static async Task TouchAsync(Nodes nodes, Node node, DateTimeOffset modifiedAt)
    {
        var modified = modifiedAt.ToUnixTimeMilliseconds();
        await nodes.UpdateAsync(node.Revised() with { ModifiedAt = modified, CreatedAt = Math.Min(node.CreatedAt, modified), ETag = Node.NewHex() });
        await nodes.GrowAsync(node.IsFolder ? node.Id : node.ParentId, 0);
    }

    public async Task DeleteAsync(FilePath path, string? etag, CancellationToken ct)
    {
        var blobs = await WriteAsync(
            async nodes =>
            {
                var node = await SourceAsync(nodes, path);
                if (etag is not null && etag.Trim('"') != node.ETag)
                {
                    throw new FaultException(Fault.PreconditionFailed, "the ETag is another one now") { Parameter = "If-Match" };
                }

                await DemandFreeAsync(nodes, Reach.Tree, path);
                return node.TrashedAt is null ? await TrashAsync(nodes, node, path) : await RemoveAsync(nodes, node);
            },
            ct);
        await store.DiscardAsync(blobs);
    }

    public Task MoveAsync(FilePath from, FilePath to, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var node = await SourceAsync(nodes, from);
            if (node.TrashedAt is not null)
            {
                throw DriveFaults.ForbiddenMove();
            }

            var parent = await DestinationAsync(nodes, node, from, to);
            await DemandFreeAsync(nodes, Reach.Tree, from);
            await DemandFreeAsync(nodes, Reach.Member, to);
            await PutAsync(nodes, node with { ContentType = ContentTypeAs(node, to.Name) }, parent, to.Name);
            return node;
        },
        ct);

    public async Task CopyAsync(FilePath from, FilePath to, CancellationToken ct)
    {
        var quota = await store.QuotaAsync(instance, ct);
        await WriteAsync(
            async nodes =>
            {
                var node = await SourceAsync(nodes, from);
                var parent = await DestinationAsync(nodes, node, from, to);
                await DemandFreeAsync(nodes, Reach.Member, to);
                await AddCopiesAsync(nodes, node, parent, to.Name, quota);
                return node;
            },
            ct);
    }

    // Other rows, the same blobs: no byte is copied. Answers the id of the copy.
    private async Task<string> AddCopiesAsync(Nodes nodes, Node node, Node parent, string name, long? quota)
    {
        if (node.Size > await RoomAsync(nodes, quota, replaced: null))
        {
            throw DriveFaults.OutOfSpace();
        }

        var now = store.Now;
        var originals = await nodes.SubtreeAsync(node.Id);
        var idOfCopy = originals.ToDictionary(original => original.Id, _ => Node.NewId(now));
        var copies = originals.ConvertAll(original => original with
        {
            Id = idOfCopy[original.Id],
            ParentId = original.Id == node.Id ? parent.Id : idOfCopy[original.ParentId],
            Name = original.Id == node.Id ? name : original.Name,
            ContentType = original.Id == node.Id ? ContentTypeAs(original, name) : original.ContentType,
            Generation = 1,
            Revision = Node.NewHex(),
            ETag = Node.NewHex(),
            CreatedAt = Math.Min(now, original.ModifiedAt),
            StoredAt = now,
            TrashedAt = null,
            RestorePath = "",
        });
        await nodes.InsertAsync(copies);
        await nodes.Properties.CopyAsync(idOfCopy);
        await nodes.GrowAsync(parent.Id, node.Size);
        return idOfCopy[node.Id];
    }

    /// <summary>What a command names: it is there, and is neither the root nor the trash.</summary>
    private static async Task<Node> SourceAsync(Nodes nodes, FilePath path)
    {
        var node = await nodes.FindAsync(path) ?? throw DriveFaults.NotFound();
        return node.Id is ICozyDrive.RootId or ICozyDrive.TrashId ? throw DriveFaults.Fixed() : node;
    }

    /// <summary>The folder around a destination that is free.</summary>
    private static async Task<Node> DestinationAsync(Nodes nodes, Node node, FilePath from, FilePath to)
    {
        if (from != to && from.Contains(to))
        {
            throw new FaultException(Fault.Malformed, "a folder cannot go into itself");
        }

        var (parent, _) = await TargetAsync(nodes, to, overwrite: false);
        return node.IsFolder && to.Names.Count() + await nodes.HeightAsync(node.Id) >= Levels ? throw DriveFaults.TooManyLevels() : parent;
    }

    /// <summary>The folder around something new, with the name checked.</summary>
    private static async Task<Node> ParentAsync(Nodes nodes, FilePath path)
    {
        if (path.IsRoot)
        {
            throw DriveFaults.Taken();
        }

        CheckNames(path);
        var parent = await nodes.FindAsync(path.Parent) is { IsFolder: true } folder ? folder : throw DriveFaults.NoParent();
        return parent.IsTrash ? throw DriveFaults.ParentInTrash() : parent;
    }

    private static void CheckNames(FilePath path)
    {
        foreach (var name in path.Names)
        {
            DriveNames.Check(name);
        }

        if (path.Names.Count() >= Levels)
        {
            throw DriveFaults.TooManyLevels();
        }
    }

    private async Task<Node> EnsureAsync(Nodes nodes, FilePath folder)
    {
        CheckNames(folder);
        var (node, path) = ((await nodes.FindAsync(ICozyDrive.RootId))!, FilePath.Root);
        foreach (var name in folder.Names)
        {
            path = path.Child(name);
            var child = await nodes.ChildAsync(node.Id, name);
            if (child is null)
            {
                await DemandFreeAsync(nodes, Reach.Member, path);
                child = await AddFolderAsync(nodes, node, name);
            }

            node = child switch
            {
                { IsFolder: false } => throw DriveFaults.Conflict(),
                { IsTrash: true } => throw DriveFaults.ParentInTrash(),
                _ => child,
            };
        }

        return node;
    }

    private async Task<Node> AddFolderAsync(Nodes nodes, Node parent, string name)
    {
        var folder = (await nodes.InsertAsync(Node.NewFolder(parent, name, store.Now)))[0];
        await nodes.GrowAsync(parent.Id, 0);
        return folder;
    }

    /// <summary>Puts a node under another parent or name, in its next revision.</summary>
    private static async Task PutAsync(Nodes nodes, Node node, Node parent, string name)
    {
        await nodes.UpdateAsync(node.Revised() with { ParentId = parent.Id, Name = name });
        await nodes.GrowAsync(node.ParentId, -node.Size);
        await nodes.GrowAsync(parent.Id, node.Size);
    }

    // Apps store under a temporary name and rename: another extension tells another type.
    private static string ContentTypeAs(Node node, string name) =>
        node.IsFolder || Path.GetExtension(name) == Path.GetExtension(node.Name) || MimeTypes.OfName(name) is MimeTypes.Unknown
            ? node.ContentType
            : MimeTypes.OfName(name);
}
