using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using RemoteFiles.Files;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Drive.Upkeep;

/// <summary>
/// Finds the bytes of a content that is lost elsewhere, and has its files name them. What is there stays as it is: the content that
/// nobody names any more is left to the sweep.
/// </summary>
internal sealed class ContentHealing(Database database, IBlobs blobs, (Database Database, IBlobs Blobs)? backup)
{
    private const string EqualContents = """
        SELECT blob_id AS BlobId, size AS Size FROM nodes WHERE sha256 = @Sha256 AND size = @Size AND blob_id <> @BlobId
        UNION SELECT blob_id, size FROM node_versions WHERE sha256 = @Sha256 AND size = @Size AND blob_id <> @BlobId
        """;

    private readonly ContentCheck check = new(database, blobs);

    /// <summary>What has the same SHA-256 and is whole: another file, a version, something in the trash.</summary>
    public async Task<StoredContent?> FindEqualAsync(StoredContent lost, CancellationToken ct)
    {
        var found = lost.Sha256 is null ? [] : await database.ReadAsync(db => db.QueryAsync<(string BlobId, long Size)>(EqualContents, lost), ct);
        foreach (var equal in found.Select(one => new StoredContent(one.BlobId, one.Size, lost.Sha256)))
        {
            if (await check.RunAsync(equal, ct) is null or ContentProblem.WrongSums)
            {
                return equal;
            }
        }

        return null;
    }

    /// <summary>Whether the backup has it, as it was stored.</summary>
    public async Task<bool> IsInBackupAsync(StoredContent lost, CancellationToken ct) =>
        lost.Sha256 is not null && backup is { } other && await new ContentCheck(other.Database, other.Blobs).RunAsync(lost, ct) is null;

    /// <summary>False: what should take its place went meanwhile.</summary>
    public async Task<bool> ReplaceAsync(StoredContent lost, StoredContent equal, CancellationToken ct)
    {
        await check.SumAsync(equal, ct);
        return await database.WriteAsync(
            async db => (await db.QueryAsync<string>(NodeSql.NamedBlobs, new { blobs = new[] { equal.BlobId } })).Any() && await RenameAsync(db, lost.BlobId, equal.BlobId) > 0,
            ct);
    }

    public async Task BringBackAsync(StoredContent lost, CancellationToken ct)
    {
        await using var bytes = await OpenBackupAsync(backup!.Value.Database, backup.Value.Blobs, lost, ct);
        var blob = await blobs.WriteAsync(new() { Body = bytes, Length = lost.Size }, room: null, ct);
        var isIn = blob.Sha256.AsSpan().SequenceEqual(lost.Sha256) && await database.WriteAsync(
            async db =>
            {
                await new Nodes(db, "").AddSumsAsync(blob);
                return await RenameAsync(db, lost.BlobId, blob.Id) > 0;
            },
            ct);
        if (!isIn)
        {
            throw new FaultException(Fault.Conflict, "it changed while it was brought back: begin again");
        }
    }

    /// <summary>From now on every read of it fails at once, and none in the middle.</summary>
    public Task MarkAsync(StoredContent lost, CancellationToken ct) => SmallContent.Is(lost.BlobId) ? Task.CompletedTask : database.WriteAsync(
        db => db.ExecuteAsync(
            """
            INSERT INTO blob_sums (blob_id, sums) VALUES (@BlobId, @none) ON CONFLICT (blob_id) DO UPDATE SET sums = @none
            """,
            new { lost.BlobId, none = Array.Empty<byte>() }),
        ct);

    private static async Task<int> RenameAsync(System.Data.Common.DbConnection db, string lost, string good)
    {
        await db.ExecuteAsync("DELETE FROM blob_sums WHERE blob_id = @lost", new { lost });
        return await db.ExecuteAsync("UPDATE nodes SET blob_id = @good WHERE blob_id = @lost", new { lost, good })
            + await db.ExecuteAsync("UPDATE node_versions SET blob_id = @good WHERE blob_id = @lost", new { lost, good });
    }

    private static async Task<Stream> OpenBackupAsync(Database rows, IBlobs contents, StoredContent lost, CancellationToken ct)
    {
        if (SmallContent.Is(lost.BlobId))
        {
            return new MemoryStream(await rows.ReadAsync(db => db.Placed().FindAsync(NodeSql.Content, row => row.Bytes(0), lost.BlobId), ct) ?? []);
        }

        var parts = await rows.ReadAsync(async db => (await db.QueryAsync<UploadParts.Part>(UploadParts.Segments, new { blob = lost.BlobId })).AsList(), ct);
        var reader = new BlobReader(rows, contents, NullLogger.Instance);
        return parts.Count > 0 ? new JoinedStream(reader, parts, 0) : await reader.OpenAsync(lost.BlobId, lost.Size, 0, ct) ?? throw DriveFaults.Damaged();
    }
}
