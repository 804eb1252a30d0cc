using System.Globalization;
using RemoteFiles.Files;

namespace RemoteFiles.Drive;

/// <summary>
/// Every statement on nodes. Each names the instance; none is particular to SQLite. Numbers of a list are written into the statement:
/// SQLite looks for each of its parameters among all the others.
/// </summary>
internal static class NodeSql
{
    public const string Find = Select + " AND id = @id";

    public const string FindNumber = Select + " AND file_id = @fileId";

    public const string Child = Select + " AND parent_id = @parentId AND name = @name";

    public const string ChildIds = "SELECT file_id FROM nodes WHERE instance = @instance AND parent_id = @parentId AND " + Listed + " ORDER BY kind, name";

    public const string ChildrenOf = ByNumber + " AND parent_id || '' = @parentId ORDER BY kind, name";

    public const string AllIds = "SELECT file_id FROM nodes WHERE instance = @instance AND id > @afterId ORDER BY id";

    public const string AllIdsIn = "SELECT file_id FROM nodes WHERE instance = @instance AND parent_id = @parentId AND id > @afterId ORDER BY id";

    public const string ById = ByNumber + " ORDER BY id";

    public const string Page = Select + " AND parent_id = @parentId AND " + Listed + """
         AND (kind, name) >= (@kind, @name) ORDER BY kind, name LIMIT @limit OFFSET @skip
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

    public const string TakeFileIds = "UPDATE node_file_ids SET last = last + @count RETURNING last";

    public const string NamedBlobs = """
        SELECT blob_id FROM nodes WHERE blob_id IN @blobs
        UNION ALL SELECT blob_id FROM node_versions WHERE blob_id IN @blobs
        UNION ALL SELECT blob_id FROM upload_parts WHERE blob_id IN @blobs
        UNION ALL SELECT part_id FROM blob_segments WHERE part_id IN @blobs
        """;

    public const string Content = "SELECT bytes FROM contents WHERE blob_id = @blobId";

    public const string AddContent = "INSERT INTO contents (blob_id, bytes) VALUES (@blobId, @bytes)";

    public const string RemoveContents = "DELETE FROM contents WHERE blob_id IN @blobs AND blob_id NOT IN (" + NamedBlobs + ")";

    public const string Sums = "SELECT sums FROM blob_sums WHERE blob_id = @blobId";

    public const string AddSums = "INSERT INTO blob_sums (blob_id, sums) VALUES (@Id, @Sums)";

    public const string Summed = "SELECT blob_id FROM blob_sums WHERE blob_id IN @blobs";

    public const string RemoveSums = "DELETE FROM blob_sums WHERE blob_id IN @blobs AND blob_id NOT IN (" + NamedBlobs + ")";

    public const string Insert = """
        INSERT INTO nodes (
          file_id, instance, id, parent_id, name, kind, generation, revision, etag, size, blob_id, md5, sha256, content_type,
          created_at, modified_at, stored_at, trashed_at, restore_path, executable, encrypted, creator, origin_account, origin_id, origin_etag, annotations)
        VALUES (
          @FileId, @Instance, @Id, @ParentId, @Name, @Kind, @Generation, @Revision, @ETag, @Size, @BlobId, @Md5, @Sha256, @ContentType,
          @CreatedAt, @ModifiedAt, @StoredAt, @TrashedAt, @RestorePath, @Executable, @Encrypted, @Creator, @OriginAccount, @OriginId, @OriginETag, @Annotations)
        """;

    public const string Update = """
        UPDATE nodes SET
          parent_id = @ParentId, name = @Name, generation = @Generation, revision = @Revision, etag = @ETag, size = @Size, blob_id = @BlobId,
          md5 = @Md5, sha256 = @Sha256, content_type = @ContentType, created_at = @CreatedAt, modified_at = @ModifiedAt, stored_at = @StoredAt,
          trashed_at = @TrashedAt, restore_path = @RestorePath, executable = @Executable, encrypted = @Encrypted, annotations = @Annotations, creator = @Creator,
          origin_account = @OriginAccount, origin_id = @OriginId, origin_etag = @OriginETag
        WHERE instance = @Instance AND id = @Id
        """;

    /// <summary>The most names that <see cref="DescendantId"/> takes.</summary>
    public static int MostNames => DescendantIds.Length;

    /// <summary>The id of what lies so many names below <c>@parentId</c>: its folders are found within the one statement.</summary>
    public static string DescendantId(int names) => DescendantIds[names - 1];

    public static string NameAt(int index) => string.Create(CultureInfo.InvariantCulture, $"name{index}");

    private static readonly string[] DescendantIds = [.. Enumerable.Range(1, 16).Select(DescendantIdOf)];

    private static string DescendantIdOf(int names)
    {
        var parent = names == 1 ? "@parentId" : $"({DescendantIdOf(names - 1)})";
        return $"SELECT id FROM nodes WHERE instance = @instance AND parent_id = {parent} AND name = @{NameAt(names - 1)}";
    }

    private const string Select = "SELECT " + NodeRows.Columns + " FROM nodes WHERE instance = @instance";

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
