using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive;

// Commands on terms: conditions and locks are looked at in the transaction that makes the change.
internal sealed partial class CozyDrive
{
    ITrash ICozyDrive.Trash => this;

    public Task<Entry?> FindAsync(long fileId, CancellationToken ct) =>
        ReadAsync(async nodes => await nodes.FindAsync(fileId) is { } node ? await EntryAsync(nodes, node.Id) : null, ct);

    public Task<Entry> MakeFolderAsync(FilePath folder, Terms terms, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            await AdmitAsync(nodes, terms, (folder, Reach.Member));
            var (parent, _) = await TargetAsync(nodes, folder, overwrite: false);
            return (await AddFolderAsync(nodes, parent, folder.Name)).ToEntry(folder);
        },
        ct);

    public async Task DeleteAsync(FilePath path, bool forGood, Terms terms, CancellationToken ct) => await store.DiscardAsync(await WriteAsync(
        async nodes =>
        {
            var node = await SourceAsync(nodes, path);
            await AdmitAsync(nodes, terms, (path, Reach.Tree));
            await nodes.Locks.ReleaseAsync(path, store.Now);
            return forGood || node.TrashedAt is not null ? await RemoveAsync(nodes, node) : await TrashAsync(nodes, node, path);
        },
        ct));

    public async Task<Placed> PlaceAsync(Placement order, Terms terms, CancellationToken ct)
    {
        var (from, to) = (order.From, order.To);
        var quota = await store.QuotaAsync(instance, ct);
        return await WriteAsync(
            async nodes =>
            {
                var node = await SourceAsync(nodes, from);
                var isNew = await nodes.FindAsync(to) is null;
                await AdmitAsync(nodes, terms, order.IsCopy ? [] : [(from, Reach.Tree)], (to, isNew ? Reach.Member : Reach.Tree));
                if (from != to && (from.Contains(to) || to.Contains(from)))
                {
                    throw new FaultException(Fault.Conflict, "a folder cannot go into itself, nor take the place of one around it");
                }

                if (!isNew && order.Overwrite && from != to)
                {
                    await nodes.Locks.ReleaseAsync(to, store.Now);
                    await TrashAsync(nodes, await SourceAsync(nodes, to), to);
                }

                var parent = await DestinationAsync(nodes, node, from, to);
                if (!order.IsCopy)
                {
                    await nodes.Locks.ReleaseAsync(from, store.Now);
                    await PutAsync(nodes, node with { ContentType = ContentTypeAs(node, to.Name) }, parent, to.Name);
                    return new Placed(await EntryAsync(nodes, node.Id), isNew);
                }

                var copy = order.IsDeep || !node.IsFolder
                    ? await AddCopiesAsync(nodes, node, parent, to.Name, quota)
                    : await AddShallowAsync(nodes, node, parent, to.Name);
                return new Placed(await EntryAsync(nodes, copy), isNew);
            },
            ct);
    }

    public Task PatchAsync(FilePath path, PropertyPatch patch, Terms terms, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var node = await nodes.FindAsync(path) ?? throw DriveFaults.NotFound();
            await AdmitAsync(nodes, terms, (path, Reach.Content));
            await nodes.Properties.RemoveAsync(node.Id, patch.Removed);
            await nodes.Properties.SetAsync(node.Id, patch.Set);
            if (patch.ModifiedAt is { } modifiedAt)
            {
                await TouchAsync(nodes, node, modifiedAt);
            }

            return node;
        },
        ct);

    public Task<ILookup<string, NodeProperty>> PropertiesAsync(IReadOnlyCollection<long> fileIds, CancellationToken ct) =>
        ReadAsync(nodes => nodes.Properties.OfAsync(fileIds), ct);

    public Task<IReadOnlyList<Entry>> WithPropertyAsync(NodeProperty property, CancellationToken ct) => ReadAsync<IReadOnlyList<Entry>>(
        async nodes =>
        {
            var found = new List<Entry>();
            foreach (var id in await nodes.Properties.HoldersAsync(property))
            {
                if (await nodes.FindAsync(id) is { TrashedAt: null } node)
                {
                    found.Add(node.ToEntry(await nodes.PathOfAsync(id)));
                }
            }

            return found;
        },
        ct);

    private static async Task<string> AddShallowAsync(Nodes nodes, Node node, Node parent, string name)
    {
        var copy = Node.NewFolder(parent, name, node.ModifiedAt);
        await nodes.InsertAsync(copy);
        await nodes.Properties.CopyAsync(new Dictionary<string, string> { [node.Id] = copy.Id });
        await nodes.GrowAsync(parent.Id, 0);
        return copy.Id;
    }

    private Task AdmitAsync(Nodes nodes, Terms terms, params (FilePath Path, Reach Reach)[] touched) => AdmitAsync(nodes, terms, touched, []);

    private async Task AdmitAsync(Nodes nodes, Terms terms, (FilePath Path, Reach Reach)[] touched, params (FilePath Path, Reach Reach)[] more)
    {
        var now = store.Now;
        await terms.CheckAsync(new(
            async path => (await nodes.FindAsync(path))?.ToEntry(path),
            async path => (await nodes.Locks.ListAsync(now)).FindAll(held => held.Covers(path))));
        foreach (var (path, reach) in touched.Concat(more))
        {
            await nodes.Locks.DemandAsync(path, reach, terms.Tokens, now);
        }
    }
}
