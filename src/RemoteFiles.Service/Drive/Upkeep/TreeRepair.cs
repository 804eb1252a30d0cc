using System.Data.Common;
using Dapper;
using RemoteFiles.Files;
using Shared.Storage;

namespace RemoteFiles.Drive.Upkeep;

/// <summary>
/// What the rows of a drive say of each other, and does not hold: folders that have not the size of what lies in them, folders that are
/// gone though something lies in them, things that are in the trash and do not know it. Nothing is removed.
/// </summary>
internal sealed class TreeRepair(Database database, TimeProvider clock)
{
    private const string RecoveredName = "Recovered";

    private const string FileSizes = "SELECT parent_id AS Id, CAST(SUM(size) AS BIGINT) AS Size FROM nodes WHERE instance = @instance AND kind = 1 GROUP BY parent_id";

    private const string Lost = """
        SELECT DISTINCT n.parent_id FROM nodes n WHERE n.instance = @instance AND n.parent_id <> ''
          AND NOT EXISTS (SELECT 1 FROM nodes p WHERE p.instance = n.instance AND p.id = n.parent_id)
        """;

    // A node is in the trash when its folder is, or when that is the trash itself.
    private const string Misplaced = """
        FROM nodes n JOIN nodes p ON p.instance = n.instance AND p.id = n.parent_id
        WHERE n.instance = @instance AND n.id <> @trash AND (n.trashed_at IS NULL) <> (p.trashed_at IS NULL AND p.id <> @trash)
        """;

    /// <summary>Who has files, in their order.</summary>
    public async Task<List<string>> InstancesAsync(CancellationToken ct) =>
        (await database.ReadAsync(db => db.QueryAsync<string>("SELECT DISTINCT instance FROM nodes ORDER BY instance"), ct)).AsList();

    public Task<TreeFaults> FindAsync(string instance, CancellationToken ct) => database.ReadAsync(db => FindAsync(db, instance), ct);

    /// <summary>Finds and mends in one transaction, so that it holds whatever others write meanwhile.</summary>
    public Task<TreeFaults> MendAsync(string instance, CancellationToken ct) => database.WriteAsync(
        async db =>
        {
            var found = await FindAsync(db, instance);
            await db.ExecuteAsync(
                "UPDATE node_file_ids SET last = (SELECT MAX(file_id) FROM nodes) WHERE last < (SELECT MAX(file_id) FROM nodes)");
            if (found.LostFolders + found.Loops > 0)
            {
                await ReconnectAsync(db, instance);
            }

            while (await MarkAsync(db, instance) > 0)
            {
            }

            foreach (var (folder, size) in Wrong(await FoldersAsync(db, instance)))
            {
                await db.ExecuteAsync("UPDATE nodes SET size = @size, etag = @etag WHERE instance = @instance AND id = @Id", new { size, etag = Node.NewHex(), instance, folder.Id });
            }

            return found;
        },
        ct);

    private static async Task<TreeFaults> FindAsync(DbConnection db, string instance)
    {
        var folders = await FoldersAsync(db, instance);
        return new(
            Wrong(folders).Count(),
            (await db.QueryAsync<string>(Lost, new { instance })).Count(),
            Loops(folders).Count(),
            await db.ExecuteScalarAsync<int>("SELECT COUNT(*) " + Misplaced, new { instance, trash = ICozyDrive.TrashId }),
            await db.ExecuteScalarAsync<bool>("SELECT (SELECT MAX(file_id) FROM nodes) > (SELECT last FROM node_file_ids)"));
    }

    private static async Task<Dictionary<string, Folder>> FoldersAsync(DbConnection db, string instance)
    {
        var rows = await db.QueryAsync<Folder>("SELECT id AS Id, parent_id AS ParentId, size AS Size FROM nodes WHERE instance = @instance AND kind = 0", new { instance });
        var folders = rows.ToDictionary(folder => folder.Id);
        foreach (var (id, size) in await db.QueryAsync<(string Id, long Size)>(FileSizes, new { instance }))
        {
            if (folders.TryGetValue(id, out var folder))
            {
                folder.Files = size;
            }
        }

        return folders;
    }

    // What lies in the trash is not part of the root's size.
    private static IEnumerable<(Folder Folder, long Size)> Wrong(Dictionary<string, Folder> folders)
    {
        var totals = folders.Values.ToDictionary(folder => folder.Id, folder => folder.Files);
        foreach (var folder in folders.Values.Where(folder => folder.Files > 0))
        {
            // A loop ends nowhere: as many steps as there are folders are enough.
            var (at, steps) = (folder, 0);
            while (at.Id != ICozyDrive.TrashId && folders.TryGetValue(at.ParentId, out var above) && steps++ < folders.Count)
            {
                totals[above.Id] += folder.Files;
                at = above;
            }
        }

        return folders.Values.Select(folder => (folder, totals[folder.Id])).Where(one => one.folder.Size != one.Item2);
    }

    // One folder of each.
    private static IEnumerable<Folder> Loops(Dictionary<string, Folder> folders)
    {
        var (known, loops) = (new HashSet<string>(), new List<Folder>());
        foreach (var folder in folders.Values)
        {
            var way = new HashSet<string>();
            var at = folder;
            while (at is not null && !known.Contains(at.Id) && way.Add(at.Id))
            {
                at = folders.GetValueOrDefault(at.ParentId);
            }

            if (at is not null && way.Contains(at.Id))
            {
                loops.Add(at);
            }

            known.UnionWith(way);
        }

        return loops;
    }

    // The folder comes back under its id, so that what lies in it need not be touched.
    private async Task ReconnectAsync(DbConnection db, string instance)
    {
        var (nodes, now) = (new Nodes(db, instance), clock.GetUtcNow().ToUnixTimeMilliseconds());
        var root = await nodes.FindAsync(ICozyDrive.RootId);
        if (root is null)
        {
            await nodes.InsertAsync(root = Node.NewRoot(instance, now));
        }

        if (await nodes.FindAsync(ICozyDrive.TrashId) is null)
        {
            await nodes.InsertAsync(Node.NewFolder(root, Node.TrashName, now) with { Id = ICozyDrive.TrashId });
        }

        var lost = (await db.QueryAsync<string>(Lost, new { instance })).AsList();
        var loops = Loops(await FoldersAsync(db, instance)).ToList();
        if (lost.Count + loops.Count == 0)
        {
            return;
        }

        var name = RecoveredName;
        for (var i = 2; await nodes.ChildAsync(root.Id, name) is { IsFolder: false }; i++)
        {
            name = FormattableString.Invariant($"{RecoveredName} {i}");
        }

        var recovered = await nodes.ChildAsync(root.Id, name) ?? (await nodes.InsertAsync(Node.NewFolder(root, name, now)))[0];
        await nodes.InsertAsync([.. lost.Select(id => Node.NewFolder(recovered, id, now) with { Id = id })]);
        foreach (var folder in loops)
        {
            await db.ExecuteAsync(
                "UPDATE nodes SET parent_id = @to, name = @Id, etag = @etag WHERE instance = @instance AND id = @Id", new { to = recovered.Id, instance, folder.Id, etag = Node.NewHex() });
        }

        await nodes.GrowAsync(recovered.Id, 0);
    }

    private async Task<int> MarkAsync(DbConnection db, string instance)
    {
        var (trash, now) = (ICozyDrive.TrashId, clock.GetUtcNow().ToUnixTimeMilliseconds());
        var rows = (await db.QueryAsync<(string Id, long? At)>(
            $"SELECT n.id AS Id, CASE WHEN n.trashed_at IS NULL THEN COALESCE(p.trashed_at, @now) END AS At {Misplaced}", new { instance, trash, now })).AsList();
        return await db.ExecuteAsync(
            "UPDATE nodes SET trashed_at = @At, generation = generation + 1, revision = @revision WHERE instance = @instance AND id = @Id",
            rows.Select(row => new { row.Id, row.At, instance, revision = Node.NewHex() }));
    }

    private sealed record Folder
    {
        public string Id { get; init; } = "";

        public string ParentId { get; init; } = "";

        public long Size { get; init; }

        /// <summary>What lies in it itself.</summary>
        public long Files { get; set; }
    }
}

/// <summary>How many of each an instance has.</summary>
/// <param name="WrongSizes">Folders that have not the size of what lies below them.</param>
/// <param name="LostFolders">Folders that are gone, with something in them.</param>
/// <param name="Loops">Folders that lie in themselves.</param>
/// <param name="Misplaced">What is in the trash and does not know it, or the other way round.</param>
/// <param name="IsNumberBehind">The next file would get the number of another one.</param>
internal sealed record TreeFaults(int WrongSizes, int LostFolders, int Loops, int Misplaced, bool IsNumberBehind);
