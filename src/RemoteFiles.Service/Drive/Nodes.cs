using System.Data.Common;
using Dapper;
using RemoteFiles.Files;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>The nodes of one instance, seen and changed over one connection: within one transaction.</summary>
internal sealed class Nodes(DbConnection db, string instance)
{
    private const int BlobsAtOnce = 500;

    // A command looks at its path, and at the folder around it, more than once before it changes anything.
    private readonly Dictionary<FilePath, Node?> found = [];

    // The folders that were passed on the way, each with all that it lies in: where something is added, they all grow.
    private readonly Dictionary<string, string[]> ways = new() { [ICozyDrive.RootId] = [ICozyDrive.RootId] };
    private readonly IPlacedStatements placed = db.Placed();
    private readonly Func<IRow, Node> read = row => NodeRows.Read(instance, row);

    public NodeChanges Changes { get; } = new();

    public NodeLocks Locks { get; } = new(db, instance);

    public NodeProperties Properties { get; } = new(db, instance);

    public NodeVersions Versions { get; } = new(db, instance);

    public UploadParts Uploads { get; } = new(db, instance);

    public Task<Node?> FindAsync(string id) => placed.FindAsync(NodeSql.Find, read, instance, id);

    public Task<Node?> FindAsync(long fileId) => placed.FindAsync(NodeSql.FindNumber, read, instance, fileId);

    public Task<Node?> ChildAsync(string parentId, string name) => placed.FindAsync(NodeSql.Child, read, instance, parentId, name);

    /// <summary>Walks the names from the root: one look into an index each, and one question for many.</summary>
    public async Task<Node?> FindAsync(FilePath path)
    {
        if (!found.TryGetValue(path, out var node))
        {
            found[path] = node = path.IsRoot ? await FindAsync(ICozyDrive.RootId) : await WalkAsync(path);
        }

        return node;
    }

    private async Task<Node?> WalkAsync(FilePath path)
    {
        string[] way = [ICozyDrive.RootId];
        if (found.TryGetValue(path.Parent, out var parent))
        {
            if (parent is null)
            {
                return null;
            }

            way = ways.GetValueOrDefault(parent.Id, [parent.Id]);
        }
        else
        {
            foreach (var names in path.Parent.Names.Chunk(NodeSql.MostNames))
            {
                if (await placed.FindAsync(NodeSql.Way(names.Length), row => IdsOf(row, names.Length), [instance, way[^1], .. names]) is not { } ids)
                {
                    return null;
                }

                way = [.. way, .. ids];
            }
        }

        var node = await ChildAsync(way[^1], path.Name);
        if (node is { IsFolder: true } && way[0] == ICozyDrive.RootId)
        {
            ways[node.Id] = [.. way, node.Id];
        }

        return node;
    }

    private static string[] IdsOf(IRow row, int count) => [.. Enumerable.Range(0, count).Select(row.Text)];

    public async Task<FilePath> PathOfAsync(string id) =>
        (await db.QueryAsync<string>(NodeSql.Names, new { instance, id })).Aggregate(FilePath.Root, (path, name) => path.Child(name));

    /// <summary>A node's id and those above it.</summary>
    public async Task<IReadOnlyList<string>> AncestorsAsync(string id) => (await db.QueryAsync<string>(NodeSql.Ancestors, new { instance, id })).AsList();

    /// <summary>The children's file ids in the order of a listing, the trash left out.</summary>
    public async Task<long[]> ChildIdsAsync(string parentId) => [.. await db.QueryAsync<long>(NodeSql.ChildIds, new { instance, parentId })];

    /// <summary>The file ids of all nodes, or of a folder's, in the order of the ids that come after this one.</summary>
    public async Task<long[]> AllIdsAsync(string? parentId, string afterId) =>
        [.. await db.QueryAsync<long>(parentId is null ? NodeSql.AllIds : NodeSql.AllIdsIn, new { instance, parentId, afterId })];

    public Task<List<Node>> ByIdAsync(IReadOnlyList<long> fileIds) => NodeRows.ReadAsync(db, instance, NodeSql.ById, new { instance, fileIds });

    public Task<List<Node>> ChildrenAsync(string parentId, IReadOnlyList<long> fileIds) =>
        NodeRows.ReadAsync(db, instance, NodeSql.ChildrenOf, new { instance, parentId, fileIds });

    public Task<List<Node>> PageAsync(string parentId, int kind, string name, int skip, int limit) =>
        placed.ListAsync(NodeSql.Page, read, instance, parentId, kind, name, limit, skip);

    public Task<long> CountChildrenAsync(string parentId) => db.ExecuteScalarAsync<long>(NodeSql.CountChildren, new { instance, parentId });

    /// <summary>A node and all below it, in no order.</summary>
    public Task<List<Node>> SubtreeAsync(string id) => NodeRows.ReadAsync(db, instance, NodeSql.Subtree, new { instance, id });

    /// <summary>How many levels lie below a node.</summary>
    public Task<int> HeightAsync(string id) => db.ExecuteScalarAsync<int>(NodeSql.Height, new { instance, id });

    /// <summary>Bytes stored, the trash included.</summary>
    public Task<long> UsedAsync() => db.ExecuteScalarAsync<long>(NodeSql.Used, new { instance });

    /// <summary>Adds rows, each with a file id of its own, and returns them so.</summary>
    public async Task<List<Node>> InsertAsync(params IReadOnlyList<Node> nodes)
    {
        found.Clear();
        var last = await placed.FindAsync(NodeSql.TakeFileIds, row => row.Number(0), nodes.Count);
        var rows = nodes.Select((node, i) => node with { FileId = last - nodes.Count + 1 + i }).ToList();
        foreach (var row in rows)
        {
            await placed.RunAsync(NodeSql.Insert, ValuesOf(row));
        }

        Changes.Inserted(rows);
        return rows;
    }

    public Task UpdateAsync(Node node)
    {
        Forget(andWays: node.IsFolder);
        Changes.Updated(node);
        return placed.RunAsync(NodeSql.Update, ValuesOf(node));
    }

    /// <summary>Something below this folder, or it itself, changed: it and all above get an ETag that nothing else has, for one may take the place of the other.</summary>
    public Task GrowAsync(string folderId, long delta)
    {
        found.Clear();
        var etag = Node.NewHex();
        if (!ways.TryGetValue(folderId, out var way) || way.Length > NodeSql.MostGrown)
        {
            return db.ExecuteAsync(NodeSql.Grow, new { instance, id = folderId, delta, etag });
        }

        // As in the statement for unknown ones: what lies in the trash is no part of the root.
        var growing = way.Contains(ICozyDrive.TrashId) ? way[1..] : way;
        return placed.RunAsync(NodeSql.GrowAll(growing.Length), [delta, etag, instance, .. growing]);
    }

    /// <summary>Marks a node and all below it as deleted then, or (null) as no longer deleted.</summary>
    public Task MarkTrashedAsync(string id, long? trashedAt)
    {
        Forget(andWays: true);
        return db.ExecuteAsync(NodeSql.MarkTrashed, new { instance, id, trashedAt, revision = Node.NewHex() });
    }

    /// <summary>Removes a node (the trash itself stays) and all below it, and returns the blobs that they named in the directory.</summary>
    public async Task<IReadOnlyList<string>> RemoveAsync(string id)
    {
        Forget(andWays: true);
        foreach (var node in id == ICozyDrive.TrashId ? await PageAsync(id, Node.KindOf(isFolder: true), "", 0, NodeChanges.MostAtOnce) : [(await FindAsync(id))!])
        {
            Changes.Removed(node, await PathOfAsync(node.Id));
        }

        var blobs = (await db.QueryAsync<string>(NodeSql.Blobs, new { instance, id })).AsList();
        blobs.AddRange(await db.QueryAsync<string>(NodeSql.VersionBlobs, new { instance, id }));
        await db.ExecuteAsync(NodeSql.RemoveVersions, new { instance, id });
        await db.ExecuteAsync(NodeSql.RemoveProperties, new { instance, id });
        await db.ExecuteAsync(NodeSql.Remove, new { instance, id });
        return await RemoveContentsAsync(blobs);
    }

    public Task<byte[]?> ContentAsync(string blobId) => placed.FindAsync(NodeSql.Content, row => row.Bytes(0), blobId);

    public Task AddContentAsync(SmallContent content) => placed.RunAsync(NodeSql.AddContent, content.Blob.Id, content.Bytes);

    /// <summary>What the database holds of a content: all of it when it is small, else the sums of its blocks.</summary>
    public Task<byte[]?> HeldAsync(string blobId) => placed.FindAsync(SmallContent.Is(blobId) ? NodeSql.Content : NodeSql.Sums, row => row.Bytes(0), blobId);

    public Task AddSumsAsync(StoredBlob blob) => blob.Sums.Length == 0 ? Task.CompletedTask : db.ExecuteAsync(NodeSql.AddSums, blob);

    /// <summary>Removes what the database holds of those of these contents that no file names, and returns those that lie in the directory.</summary>
    public async Task<IReadOnlyList<string>> RemoveContentsAsync(IReadOnlyList<string> blobs)
    {
        foreach (var some in blobs.Where(SmallContent.Is).Chunk(BlobsAtOnce))
        {
            await db.ExecuteAsync(NodeSql.RemoveContents, new { blobs = some });
        }

        List<string> large = [.. blobs.Where(blob => !SmallContent.Is(blob))];
        foreach (var some in large.Chunk(BlobsAtOnce))
        {
            await db.ExecuteAsync(NodeSql.RemoveSums, new { blobs = some });
        }

        return large;
    }

    // The values of a row in the order of its columns.
    private static object?[] ValuesOf(Node node) =>
    [
        node.FileId, node.Instance, node.Id, node.ParentId, node.Name, node.Kind, node.Generation, node.Revision, node.ETag, node.Size, node.BlobId, node.Md5, node.Sha256,
        node.ContentType, node.CreatedAt, node.ModifiedAt, node.StoredAt, node.TrashedAt, node.RestorePath, node.Executable, node.Encrypted, node.Creator,
        node.OriginAccount, node.OriginId, node.OriginETag, node.Annotations,
    ];

    private void Forget(bool andWays)
    {
        found.Clear();
        if (andWays)
        {
            ways.Clear();
        }
    }
}
