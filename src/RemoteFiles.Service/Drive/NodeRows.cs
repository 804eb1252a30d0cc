using System.Data.Common;
using Dapper;
using Shared.Storage;

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
        var row = new ReaderRow(rows);
        var nodes = new List<Node>();
        while (await rows.ReadAsync())
        {
            nodes.Add(Read(instance, row));
        }

        return nodes;
    }

    public static Node Read(string instance, IRow row)
    {
        var node = new Node
        {
            FileId = row.Number(0),
            Instance = instance,
            Id = row.Text(1),
            ParentId = row.Text(2),
            Name = row.Text(3),
            Kind = (int)row.Number(4),
            Generation = row.Number(5),
            Revision = row.Text(6),
            ETag = row.Text(7),
            Size = row.Number(8),
            BlobId = row.Text(9) is { Length: > 0 } blob ? blob : null,
            Md5 = row.Bytes(10) is { Length: > 0 } md5 ? md5 : null,
            Sha256 = row.Bytes(11) is { Length: > 0 } sha256 ? sha256 : null,
            ContentType = row.Text(12),
            CreatedAt = row.Number(13),
            ModifiedAt = row.Number(14),
            StoredAt = row.Number(15),
        };
        return !row.Flag(16) ? node : node with
        {
            TrashedAt = row.IsNull(17) ? null : row.Number(17),
            RestorePath = row.Text(18),
            Executable = row.Flag(19),
            Encrypted = row.Flag(20),
            Creator = row.Text(21),
            OriginAccount = row.Text(22),
            OriginId = row.Text(23),
            OriginETag = row.Text(24),
            Annotations = row.Text(25),
        };
    }
}
