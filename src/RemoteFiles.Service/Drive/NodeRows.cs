using System.Data.Common;
using Dapper;

namespace RemoteFiles.Drive;

/// <summary>Reads rows of the table of nodes by the places of their columns: a long listing is mostly that.</summary>
internal static class NodeRows
{
    // What most nodes do not have stands behind the sign that one has any of it: reading a column costs more than the database's own work.
    public const string Columns = """
        file_id, id, parent_id, name, kind, generation, revision, etag, size, COALESCE(blob_id, ''), COALESCE(md5, ''), COALESCE(sha256, ''), content_type,
        created_at, modified_at, stored_at,
        trashed_at IS NOT NULL OR executable OR encrypted OR restore_path || creator || origin_account || origin_id || origin_etag <> '' OR annotations <> '{}',
        trashed_at, restore_path, executable, encrypted, creator, origin_account, origin_id, origin_etag, annotations
        """;

    public static async Task<List<Node>> ReadAsync(DbConnection db, string instance, string sql, object values)
    {
        using var rows = await db.ExecuteReaderAsync(sql, values);
        var nodes = new List<Node>();
        while (await rows.ReadAsync())
        {
            nodes.Add(Read(instance, rows));
        }

        return nodes;
    }

    /// <summary>The row of a question that has at most one.</summary>
    public static async Task<Node?> FindAsync(DbConnection db, string instance, string sql, object values)
    {
        using var rows = await db.ExecuteReaderAsync(sql, values);
        return await rows.ReadAsync() ? Read(instance, rows) : null;
    }

    private static Node Read(string instance, DbDataReader row)
    {
        var node = new Node
        {
            FileId = row.GetInt64(0),
            Instance = instance,
            Id = row.GetString(1),
            ParentId = row.GetString(2),
            Name = row.GetString(3),
            Kind = row.GetInt32(4),
            Generation = row.GetInt64(5),
            Revision = row.GetString(6),
            ETag = row.GetString(7),
            Size = row.GetInt64(8),
            BlobId = row.GetString(9) is { Length: > 0 } blob ? blob : null,
            Md5 = row.GetFieldValue<byte[]>(10) is { Length: > 0 } md5 ? md5 : null,
            Sha256 = row.GetFieldValue<byte[]>(11) is { Length: > 0 } sha256 ? sha256 : null,
            ContentType = row.GetString(12),
            CreatedAt = row.GetInt64(13),
            ModifiedAt = row.GetInt64(14),
            StoredAt = row.GetInt64(15),
        };
        return !row.GetBoolean(16) ? node : node with
        {
            TrashedAt = row.IsDBNull(17) ? null : row.GetInt64(17),
            RestorePath = row.GetString(18),
            Executable = row.GetBoolean(19),
            Encrypted = row.GetBoolean(20),
            Creator = row.GetString(21),
            OriginAccount = row.GetString(22),
            OriginId = row.GetString(23),
            OriginETag = row.GetString(24),
            Annotations = row.GetString(25),
        };
    }
}
