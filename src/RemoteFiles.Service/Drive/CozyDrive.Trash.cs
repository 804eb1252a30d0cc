using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using RemoteFiles.Files;

namespace RemoteFiles.Drive;

// The trash is a folder of the drive; what lies in it keeps its ids.
internal sealed partial class CozyDrive
{
    private static readonly FilePath Trash = FilePath.Parse(Node.TrashName);

    async IAsyncEnumerable<TrashedEntry> ITrash.ListAsync(FilePath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        var above = folder.IsRoot ? null : await ReadAsync(nodes => OriginalPathAsync(nodes, folder), ct);
        await foreach (var node in ChildrenAsync(InTrash(folder), ct))
        {
            var from = above?.Child(node.Name) ?? FilePath.Parse(node.RestorePath);
            yield return new(node.ToEntry(folder.Child(node.Name)), from.Name, from);
        }
    }

    Task ITrash.RestoreAsync(FilePath item, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var node = await SourceAsync(nodes, InTrash(item));
            var to = await OriginalPathAsync(nodes, item);
            var parent = await EnsureAsync(nodes, to.Parent);
            if (await nodes.ChildAsync(parent.Id, to.Name) is not null)
            {
                throw DriveFaults.Taken();
            }

            await DemandFreeAsync(nodes, Reach.Member, to);
            await RestoreAsync(nodes, node, parent, to.Name);
            return node;
        },
        ct);

    async Task ITrash.DeleteAsync(FilePath item, CancellationToken ct) =>
        await store.DiscardAsync(await WriteAsync(async nodes => await RemoveAsync(nodes, await SourceAsync(nodes, InTrash(item))), ct));

    public async Task EmptyAsync(CancellationToken ct) => await store.DiscardAsync(await WriteAsync(
        async nodes =>
        {
            var trash = (await nodes.FindAsync(ICozyDrive.TrashId))!;
            if (await nodes.CountChildrenAsync(trash.Id) == 0)
            {
                return [];
            }

            var blobs = await nodes.RemoveAsync(trash.Id);
            await nodes.GrowAsync(trash.Id, -trash.Size);
            return blobs;
        },
        ct));

    private async Task<IReadOnlyList<string>> TrashAsync(Nodes nodes, Node node, FilePath path)
    {
        var trash = (await nodes.FindAsync(ICozyDrive.TrashId))!;
        var now = store.Now;
        await nodes.MarkTrashedAsync(node.Id, now);
        await PutAsync(nodes, node with { TrashedAt = now, RestorePath = path.ToString() }, trash, await FreeNameAsync(nodes, trash, node.Name));
        return [];
    }

    private static async Task<string> FreeNameAsync(Nodes nodes, Node folder, string wanted)
    {
        var name = wanted;
        while (await nodes.ChildAsync(folder.Id, name) is not null)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted} ({RandomNumberGenerator.GetInt32(1_000_000_000):D9})");
        }

        return name;
    }

    private static async Task RestoreAsync(Nodes nodes, Node node, Node parent, string name)
    {
        await nodes.MarkTrashedAsync(node.Id, trashedAt: null);
        await PutAsync(nodes, node with { TrashedAt = null, RestorePath = "" }, parent, name);
    }

    private static async Task<IReadOnlyList<string>> RemoveAsync(Nodes nodes, Node node)
    {
        var blobs = await nodes.RemoveAsync(node.Id);
        await nodes.GrowAsync(node.ParentId, -node.Size);
        return blobs;
    }

    // Only the top of what was deleted knows where it came from.
    private static async Task<FilePath> OriginalPathAsync(Nodes nodes, FilePath item)
    {
        var names = item.Names.ToList();
        var top = await nodes.ChildAsync(ICozyDrive.TrashId, names.FirstOrDefault("")) ?? throw DriveFaults.NotFound();
        return names.Skip(1).Aggregate(FilePath.Parse(top.RestorePath), (path, name) => path.Child(name));
    }

    private static FilePath InTrash(FilePath item) => item.Names.Aggregate(Trash, (path, name) => path.Child(name));
}
