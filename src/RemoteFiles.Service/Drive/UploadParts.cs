using System.Data.Common;
using Dapper;

namespace RemoteFiles.Drive;

/// <summary>Uploads in pieces within one transaction: each part is a blob, and a joined file is a list of them.</summary>
internal sealed class UploadParts(DbConnection db, string instance)
{
    public const string Segments = "SELECT part_id AS BlobId, position AS Position, size AS Size FROM blob_segments WHERE blob_id = @blob ORDER BY position";

    /// <summary>Of these joined blobs, the lists that nothing names any more.</summary>
    public const string UnnamedSegments = """
        DELETE FROM blob_segments WHERE blob_id IN @blobs
          AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.blob_id = blob_segments.blob_id)
          AND NOT EXISTS (SELECT 1 FROM node_versions v WHERE v.blob_id = blob_segments.blob_id)
        RETURNING part_id
        """;

    public const string Unnamed = """
        SELECT DISTINCT blob_id FROM blob_segments s
        WHERE NOT EXISTS (SELECT 1 FROM nodes n WHERE n.blob_id = s.blob_id) AND NOT EXISTS (SELECT 1 FROM node_versions v WHERE v.blob_id = s.blob_id)
        """;

    public const string Expired = "DELETE FROM uploads WHERE touched_at < @before";

    public const string Orphans = """
        DELETE FROM upload_parts WHERE NOT EXISTS (
          SELECT 1 FROM uploads u WHERE u.instance = upload_parts.instance AND u.transfer = upload_parts.transfer)
        RETURNING blob_id
        """;

    public Task<Transfer?> FindAsync(string transfer) => db.QuerySingleOrDefaultAsync<Transfer>(
        "SELECT done_id AS DoneId, done_path AS DonePath, done_new AS DoneNew FROM uploads WHERE instance = @instance AND transfer = @transfer",
        new { instance, transfer });

    public Task BeginAsync(string transfer, long now) => db.ExecuteAsync(
        """
        INSERT INTO uploads (instance, transfer, touched_at) VALUES (@instance, @transfer, @now)
        ON CONFLICT (instance, transfer) DO UPDATE SET touched_at = @now, done_id = NULL, done_path = NULL, done_new = NULL
        """,
        new { instance, transfer, now });

    public Task EndAsync(string transfer, string id, string path, bool isNew, long now) => db.ExecuteAsync(
        """
        UPDATE uploads SET touched_at = @now, done_id = @id, done_path = @path, done_new = @isNew WHERE instance = @instance AND transfer = @transfer
        """,
        new { instance, transfer, id, path, isNew, now });

    /// <summary>In the order of their names, runs of digits compared as numbers.</summary>
    public async Task<List<Part>> PartsAsync(string transfer)
    {
        const string select = "SELECT name AS Name, blob_id AS BlobId, size AS Size FROM upload_parts WHERE instance = @instance AND transfer = @transfer";
        var parts = (await db.QueryAsync<Part>(select, new { instance, transfer })).AsList();
        parts.Sort((one, other) => NaturalOrder.Compare(one.Name, other.Name));
        return parts;
    }

    public async Task PutAsync(string transfer, Part part, long now)
    {
        await db.ExecuteAsync(
            """
            INSERT INTO upload_parts (instance, transfer, name, blob_id, size) VALUES (@instance, @transfer, @Name, @BlobId, @Size)
            ON CONFLICT (instance, transfer, name) DO UPDATE SET blob_id = @BlobId, size = @Size
            """,
            new { instance, transfer, part.Name, part.BlobId, part.Size });
        await db.ExecuteAsync("UPDATE uploads SET touched_at = @now WHERE instance = @instance AND transfer = @transfer", new { instance, transfer, now });
    }

    public Task RemovePartsAsync(string transfer) =>
        db.ExecuteAsync("DELETE FROM upload_parts WHERE instance = @instance AND transfer = @transfer", new { instance, transfer });

    public Task RemoveAsync(string transfer) =>
        db.ExecuteAsync("DELETE FROM uploads WHERE instance = @instance AND transfer = @transfer", new { instance, transfer });

    /// <summary>Records a blob that is these parts, one after the other; a single part is that blob itself.</summary>
    public async Task<string> JoinAsync(IReadOnlyList<Part> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0].BlobId;
        }

        var blob = Node.NewHex();
        var position = 0L;
        var rows = parts.Where(part => part.Size > 0).Select(part => new { blob, position = (position += part.Size) - part.Size, part.BlobId, part.Size }).ToList();
        await db.ExecuteAsync("INSERT INTO blob_segments (blob_id, position, part_id, size) VALUES (@blob, @position, @BlobId, @Size)", rows);
        return blob;
    }

    internal sealed record Transfer
    {
        public string? DoneId { get; init; }

        public string? DonePath { get; init; }

        public bool? DoneNew { get; init; }
    }

    internal sealed record Part
    {
        public string Name { get; init; } = "";

        public required string BlobId { get; init; }

        public long Position { get; init; }

        public long Size { get; init; }
    }
}
