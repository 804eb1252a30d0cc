using System.Data.Common;
using Dapper;

namespace RemoteFiles.Drive;

/// <summary>Reads rows of the table of nodes by the places of their columns: a long listing is mostly that.</summary>
internal static class NodeRows
{
    // What most nodes do not have stands behind the sign that one has any of it: reading a column costs more than the database's own work.
    public const string Columns = """
        file_id, instance, id, parent_id, name, kind, generation, revision, etag, size, blob_id, md5, sha256, content_type, created_at, modified_at, stored_at,
        trashed_at IS NOT NULL OR executable OR encrypted OR restore_path || creator || origin_account || origin_id || origin_etag <> '' OR annotations <> '{}',
        trashed_at, restore_path, executable, encrypted, creator, origin_account, origin_id, origin_etag, annotations
        """;

    public static async Task<List<Node>> ReadAsync(DbConnection db, string sql, object values)
    {
        using var rows = await db.ExecuteReaderAsync(sql, values);
        var nodes = new List<Node>();
        while (await rows.ReadAsync())
        {
            nodes.Add(Read(rows));
        }

        return nodes;
    }

    /// <summary>The row of a question that has at most one.</summary>
    public static async Task<Node?> FindAsync(DbConnection db, string sql, object values)
    {
        using var rows = await db.ExecuteReaderAsync(sql, values);
        return await rows.ReadAsync() ? Read(rows) : null;
    }

    private static Node Read(DbDataReader row)
    {
        var node = new Node
        {
            FileId = row.GetInt64(0),
            Instance = row.GetString(1),
            Id = row.GetString(2),
            ParentId = row.GetString(3),
            Name = row.GetString(4),
            Kind = row.GetInt32(5),
            Generation = row.GetInt64(6),
            Revision = row.GetString(7),
            ETag = row.GetString(8),
            Size = row.GetInt64(9),
            BlobId = row.IsDBNull(10) ? null : row.GetString(10),
            Md5 = row.IsDBNull(11) ? null : row.GetFieldValue<byte[]>(11),
            Sha256 = row.IsDBNull(12) ? null : row.GetFieldValue<byte[]>(12),
            ContentType = row.GetString(13),
            CreatedAt = row.GetInt64(14),
            ModifiedAt = row.GetInt64(15),
            StoredAt = row.GetInt64(16),
        };
        return !row.GetBoolean(17) ? node : node with
        {
            TrashedAt = row.IsDBNull(18) ? null : row.GetInt64(18),
            RestorePath = row.GetString(19),
            Executable = row.GetBoolean(20),
            Encrypted = row.GetBoolean(21),
            Creator = row.GetString(22),
            OriginAccount = row.GetString(23),
            OriginId = row.GetString(24),
            OriginETag = row.GetString(25),
            Annotations = row.GetString(26),
        };
    }
}
