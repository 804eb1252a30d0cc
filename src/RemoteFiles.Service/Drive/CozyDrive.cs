using System.Data.Common;
using System.Runtime.CompilerServices;
using RemoteFiles.Files;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>The drive of one instance: rows in a database, contents in a directory.</summary>
internal sealed partial class CozyDrive(DriveStore store, string instance) : ICozyDrive, ITrash
{
    private const int EntriesAtOnce = 500;
    private const int Few = 2000;

    public Task<Entry?> StatAsync(FilePath path, CancellationToken ct) => ReadAsync(async nodes => (await nodes.FindAsync(path))?.ToEntry(path), ct);

    public Task<Entry?> FindAsync(string id, CancellationToken ct) =>
        ReadAsync(async nodes => await nodes.FindAsync(id) is { } node ? node.ToEntry(await nodes.PathOfAsync(id)) : null, ct);

    public Task<IReadOnlyList<string>> AncestorsAsync(string id, CancellationToken ct) => ReadAsync(nodes => nodes.AncestorsAsync(id), ct);

    public async IAsyncEnumerable<Entry> ListAsync(FilePath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var node in ChildrenAsync(folder, ct))
        {
            yield return node.ToEntry(folder.Child(node.Name));
        }
    }

    public Task<DrivePage> ListPageAsync(string folderId, PageKey? from, int skip, int limit, CancellationToken ct) => ReadAsync(
        async nodes =>
        {
            if (await nodes.FindAsync(folderId) is not { IsFolder: true })
            {
                throw DriveFaults.NotFound();
            }

            var folder = await nodes.PathOfAsync(folderId);
            var rows = await nodes.PageAsync(folderId, Node.KindOf(from?.IsFolder ?? true), from?.Name ?? "", skip, limit + 1);
            var next = rows.Count > limit ? new PageKey(rows[limit].IsFolder, rows[limit].Name, rows[limit].Id) : null;
            return new DrivePage([.. rows.Take(limit).Select(node => node.ToEntry(folder.Child(node.Name)))], await nodes.CountChildrenAsync(folderId), next);
        },
        ct);

    public async Task<DriveSpace> GetSpaceAsync(CancellationToken ct) =>
        new(await ReadAsync(nodes => nodes.UsedAsync(), ct), await store.QuotaAsync(instance, ct));

    private async IAsyncEnumerable<Node> ChildrenAsync(FilePath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await store.BeginAsync(instance, ct);
        var (parent, few, many) = await store.Listings.ReadAsync((instance, folder), db => ListAsync(new(db, instance), folder), ct);
        foreach (var node in few)
        {
            yield return node;
        }

        // Of many: who is there is known from one look, so that a rename meanwhile hides nothing; the rows follow as the reader takes them.
        foreach (var some in many.Chunk(EntriesAtOnce))
        {
            foreach (var node in await ReadAsync(nodes => nodes.ChildrenAsync(parent, some), ct))
            {
                yield return node;
            }
        }
    }

    private static async Task<Listing> ListAsync(Nodes nodes, FilePath folder)
    {
        var found = await nodes.FindAsync(folder) is { IsFolder: true } node ? node : throw DriveFaults.NotFound();
        var first = await nodes.PageAsync(found.Id, Node.KindOf(isFolder: true), "", 0, Few + 1);
        return first.Count <= Few ? new(found.Id, first, []) : new(found.Id, [], await nodes.ChildIdsAsync(found.Id));
    }

    private async Task<T> ReadAsync<T>(Func<Nodes, Task<T>> question, CancellationToken ct)
    {
        await store.BeginAsync(instance, ct);
        return await store.Database.ReadAsync(db => question(new(db, instance)), ct);
    }

    private Task<T> WriteAsync<T>(Func<Nodes, Task<T>> change, CancellationToken ct) => WriteAsync(change, Haste.Soon, ct);

    private async Task<T> WriteAsync<T>(Func<Nodes, Task<T>> change, Haste haste, CancellationToken ct)
    {
        await store.BeginAsync(instance, ct);
        var (result, _) = await store.Database.WriteAsync(db => ChangeAsync(db, change), done => store.Watch(instance, done.Events), haste, ct);
        return result;
    }

    private async Task<(T Result, IReadOnlyList<DriveEvent> Events)> ChangeAsync<T>(DbConnection db, Func<Nodes, Task<T>> change)
    {
        var nodes = new Nodes(db, instance);
        return (await change(nodes), await nodes.Changes.ReadAsync(nodes));
    }
}
