using System.Data.Common;
using Dapper;

namespace RemoteFiles.Drive;

/// <summary>Reads rows of the table of nodes by the places of their columns: a long listing is mostly that.</summary>
internal static class NodeRows
{
    public const string Columns = """
        file_id, instance, id, parent_id, name, kind, generation, revision, etag, size, blob_id, md5, sha256, content_type, created_at, modified_at,
        stored_at, trashed_at, restore_path, executable, encrypted, creator, origin_account, origin_id, origin_etag, annotations
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

    private static Node Read(DbDataReader row) => new()
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
