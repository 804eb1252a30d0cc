using System.Globalization;
using RemoteFiles.Files;

namespace RemoteFiles.Drive;

/// <summary>
/// Every statement on nodes. Each names the instance; none is particular to SQLite. Those of a single node have their values by place
/// (<see cref="IPlacedStatements"/>); numbers of a list are written into the statement: SQLite looks for each named parameter among all the others.
/// </summary>
internal static class NodeSql
{
    public const string Find = Select + " AND id = $2";

    public const string FindNumber = Select + " AND file_id = $2";

    public const string Child = Select + " AND parent_id = $2 AND name = $3";

    public const string ChildIds = "SELECT file_id FROM nodes WHERE instance = @instance AND parent_id = @parentId AND " + Listed + " ORDER BY kind, name";

    public const string ChildrenOf = ByNumber + " AND parent_id || '' = @parentId ORDER BY kind, name";

    public const string AllIds = "SELECT file_id FROM nodes WHERE instance = @instance AND id > @afterId ORDER BY id";

    public const string AllIdsIn = "SELECT file_id FROM nodes WHERE instance = @instance AND parent_id = @parentId AND id > @afterId ORDER BY id";

    public const string ById = ByNumber + " ORDER BY id";

    public const string Page = Select + " AND parent_id = $2 AND " + Listed + """
         AND (kind, name) >= ($3, $4) ORDER BY kind, name LIMIT $5 OFFSET $6
        """;

    public const string CountChildren = "SELECT COUNT(*) FROM nodes WHERE instance = @instance AND parent_id = @parentId AND " + Listed;

    public const string Names = Up + "SELECT name FROM up WHERE parent_id <> '' ORDER BY level DESC";

    public const string Ancestors = Up + "SELECT id FROM up";

    public const string Subtree = Down + "SELECT " + NodeRows.Columns + " FROM nodes WHERE instance = @instance AND id IN (SELECT id FROM down)";

    public const string Height = Down + "SELECT MAX(level) FROM down";

    public const string Blobs = Down + "SELECT DISTINCT blob_id FROM nodes WHERE instance = @instance AND blob_id IS NOT NULL AND id IN (SELECT id FROM down)";

    public const string Remove = Down + "DELETE FROM nodes WHERE instance = @instance AND " + Listed + " AND id IN (SELECT id FROM down)";

    public const string VersionBlobs = Down + "SELECT blob_id FROM node_versions WHERE instance = @instance AND node_id IN (SELECT id FROM down)";

    public const string RemoveVersions = Down + "DELETE FROM node_versions WHERE instance = @instance AND node_id IN (SELECT id FROM down)";

    public const string RemoveProperties = Down + "DELETE FROM node_properties WHERE instance = @instance AND node_id IN (SELECT id FROM down)";

    // What lies in the trash is not part of the root's size, and emptying it changes nothing that a listing of the root shows.
    public const string Grow = Up + """
        UPDATE nodes SET size = size + @delta, etag = @etag
        WHERE instance = @instance AND id IN (SELECT id FROM up
        """ + $" WHERE id <> '{ICozyDrive.RootId}' OR NOT EXISTS (SELECT 1 FROM up WHERE id = '{ICozyDrive.TrashId}'))";

    public const string MarkTrashed = Down + """
        UPDATE nodes SET trashed_at = @trashedAt, generation = generation + 1, revision = @revision
        WHERE instance = @instance AND id IN (SELECT id FROM down)
        """;

    public const string Used = $"""
        SELECT SUM(size) + COALESCE((SELECT SUM(size) FROM upload_parts WHERE instance = @instance), 0)
        FROM nodes WHERE instance = @instance AND id IN ('{ICozyDrive.RootId}', '{ICozyDrive.TrashId}')
        """;

    public const string TakeFileIds = "UPDATE node_file_ids SET last = last + $1 RETURNING last";

    public const string NamedBlobs = """
        SELECT blob_id FROM nodes WHERE blob_id IN @blobs
        UNION ALL SELECT blob_id FROM node_versions WHERE blob_id IN @blobs
        UNION ALL SELECT blob_id FROM upload_parts WHERE blob_id IN @blobs
        UNION ALL SELECT part_id FROM blob_segments WHERE part_id IN @blobs
        """;

    public const string Content = "SELECT bytes FROM contents WHERE blob_id = $1";

    public const string AddContent = "INSERT INTO contents (blob_id, bytes) VALUES ($1, $2)";

    public const string RemoveContents = "DELETE FROM contents WHERE blob_id IN @blobs AND blob_id NOT IN (" + NamedBlobs + ")";

    public const string Sums = "SELECT sums FROM blob_sums WHERE blob_id = $1";

    public const string AddSums = "INSERT INTO blob_sums (blob_id, sums) VALUES (@Id, @Sums)";

    public const string Summed = "SELECT blob_id FROM blob_sums WHERE blob_id IN @blobs";

    public const string RemoveSums = "DELETE FROM blob_sums WHERE blob_id IN @blobs AND blob_id NOT IN (" + NamedBlobs + ")";

    public const string Insert = """
        INSERT INTO nodes (
          file_id, instance, id, parent_id, name, kind, generation, revision, etag, size, blob_id, md5, sha256, content_type,
          created_at, modified_at, stored_at, trashed_at, restore_path, executable, encrypted, creator, origin_account, origin_id, origin_etag, annotations)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
        """;

    /// <summary>With the values of <see cref="Insert"/>.</summary>
    public const string Update = """
        UPDATE nodes SET
          parent_id = $4, name = $5, kind = $6, generation = $7, revision = $8, etag = $9, size = $10, blob_id = $11, md5 = $12, sha256 = $13,
          content_type = $14, created_at = $15, modified_at = $16, stored_at = $17, trashed_at = $18, restore_path = $19, executable = $20,
          encrypted = $21, creator = $22, origin_account = $23, origin_id = $24, origin_etag = $25, annotations = $26
        WHERE file_id = $1 AND instance = $2 AND id = $3
        """;

    /// <summary>The most names that <see cref="Way"/> takes.</summary>
    public const int MostNames = 4;

    /// <summary>The most folders that <see cref="GrowAll"/> takes.</summary>
    public const int MostGrown = 16;

    private static readonly string[] Ways = [.. Enumerable.Range(1, MostNames).Select(WayOf)];
    private static readonly string[] GrowAlls = [.. Enumerable.Range(1, MostGrown).Select(GrowAllOf)];

    /// <summary>The ids of folders below $2, each in the one before it, of these names from $3 on: one look into an index each, within the one statement.</summary>
    public static string Way(int names) => Ways[names - 1];

    /// <summary>What <see cref="Grow"/> does, $1 bytes and the ETag $2, where the ids of all folders are known: so many from $4 on.</summary>
    public static string GrowAll(int folders) => GrowAlls[folders - 1];

    private static string WayOf(int names)
    {
        var folders = Enumerable.Range(1, names).ToList();
        var conditions = folders.Select(i => $"n{i}.instance = $1 AND n{i}.parent_id = {(i == 1 ? "$2" : $"n{i - 1}.id")} AND n{i}.name = ${i + 2}");
        return $"SELECT {Each("n{0}.id", ", ")} FROM {Each("nodes n{0}", " CROSS JOIN ")} WHERE {string.Join(" AND ", conditions)}";

        string Each(string form, string between) => string.Join(between, folders.Select(i => string.Format(CultureInfo.InvariantCulture, form, i)));
    }

    private static string GrowAllOf(int folders) =>
        $"UPDATE nodes SET size = size + $1, etag = $2 WHERE instance = $3 AND id IN ({string.Join(", ", Enumerable.Range(4, folders).Select(place => $"${place}"))})";

    private const string Select = "SELECT " + NodeRows.Columns + " FROM nodes WHERE instance = $1";

    // Of some hundred numbers SQLite believes that all rows of the instance, or of a folder, are fewer: it is not told what they have in common.
    private const string ByNumber = "SELECT " + NodeRows.Columns + " FROM nodes WHERE file_id IN {=fileIds} AND instance || '' = @instance";

    private const string Listed = $"id <> '{ICozyDrive.TrashId}'";

    // A node and everything above it. CROSS JOIN, here and below, keeps SQLite from reading all nodes of the instance for each level.
    private const string Up = """
        WITH RECURSIVE up (id, parent_id, name, level) AS (
          SELECT id, parent_id, name, 0 FROM nodes WHERE instance = @instance AND id = @id
          UNION ALL
          SELECT n.id, n.parent_id, n.name, up.level + 1 FROM up CROSS JOIN nodes n WHERE n.instance = @instance AND n.id = up.parent_id)

        """;

    // A node and everything below it.
    private const string Down = """
        WITH RECURSIVE down (id, level) AS (
          SELECT id, 0 FROM nodes WHERE instance = @instance AND id = @id
          UNION ALL
          SELECT n.id, down.level + 1 FROM down CROSS JOIN nodes n WHERE n.instance = @instance AND n.parent_id = down.id)

        """;
}
