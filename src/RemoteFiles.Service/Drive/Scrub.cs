using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Dapper;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>
/// Reads every content that a file or a kept version names, and holds it against its length and checksum. It may run beside
/// a server on the same contents: what is deleted meanwhile is not missing.
/// </summary>
/// <param name="databaseFile">The database of the drive.</param>
/// <param name="blobs">Its contents.</param>
internal sealed class Scrub(string databaseFile, IBlobs blobs) : IDisposable
{
    /// <summary>The contents that lie in the directory: blobs, and the parts of those that were joined of several.</summary>
    public const string StoredBlobs = """
        SELECT blob_id FROM nodes WHERE blob_id NOT LIKE 'row-%' AND NOT EXISTS (SELECT 1 FROM blob_segments s WHERE s.blob_id = nodes.blob_id)
        UNION SELECT blob_id FROM node_versions WHERE blob_id NOT LIKE 'row-%' AND NOT EXISTS (SELECT 1 FROM blob_segments s WHERE s.blob_id = node_versions.blob_id)
        UNION SELECT blob_id FROM upload_parts
        UNION SELECT part_id FROM blob_segments
        """;

    private const int RowsAtOnce = 500;

    private const string Files = """
        SELECT file_id AS Number, instance AS Instance, id AS NodeId, blob_id AS BlobId, size AS Size, sha256 AS Sha256
        FROM nodes WHERE file_id > @after AND blob_id IS NOT NULL ORDER BY file_id LIMIT @limit
        """;

    private const string Versions = """
        SELECT rowid AS Number, instance AS Instance, node_id AS NodeId, blob_id AS BlobId, size AS Size, sha256 AS Sha256
        FROM node_versions WHERE rowid > @after ORDER BY rowid LIMIT @limit
        """;

    private readonly Database database = new(databaseFile);

    /// <summary>All of them, as they are read.</summary>
    public async IAsyncEnumerable<ScrubbedContent> RunAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var query in new[] { Files, Versions })
        {
            for (var after = 0L; await PageAsync(query, after, ct) is { Count: > 0 } page; after = page[^1].Number)
            {
                foreach (var row in page)
                {
                    yield return new(row.Instance, await PathOfAsync(row, ct), row.Size, await ProblemAsync(row, ct));
                }
            }
        }
    }

    public void Dispose() => database.Dispose();

    private Task<List<Row>> PageAsync(string query, long after, CancellationToken ct) =>
        database.ReadAsync(async db => (await db.QueryAsync<Row>(query, new { after, limit = RowsAtOnce })).AsList(), ct);

    private Task<string> PathOfAsync(Row row, CancellationToken ct) =>
        database.ReadAsync(async db => (await new Nodes(db, row.Instance).PathOfAsync(row.NodeId)).ToString(), ct);

    private async Task<ContentProblem?> ProblemAsync(Row row, CancellationToken ct)
    {
        try
        {
            await using var content = await OpenAsync(row, ct);
            if (content is null)
            {
                return await IsNamedAsync(row, ct) ? ContentProblem.Missing : null;
            }

            var sha256 = await SHA256.HashDataAsync(content, ct);
            return row.Sha256 is null || row.Sha256.AsSpan().SequenceEqual(sha256) ? null : ContentProblem.Damaged;
        }
        catch (Exception e) when (e is IOException or Shared.Faults.FaultException)
        {
            return await IsNamedAsync(row, ct) ? ContentProblem.Damaged : null;
        }
    }

    private async Task<Stream?> OpenAsync(Row row, CancellationToken ct)
    {
        if (SmallContent.Is(row.BlobId))
        {
            var bytes = await database.ReadAsync(db => new Nodes(db, row.Instance).ContentAsync(row.BlobId), ct);
            return bytes is null ? null : new MemoryStream(bytes);
        }

        return await blobs.OpenAsync(row.BlobId, row.Size, 0, ct) ?? await OpenJoinedAsync(row.BlobId, ct);
    }

    private async Task<Stream?> OpenJoinedAsync(string blob, CancellationToken ct)
    {
        var parts = await database.ReadAsync(async db => (await db.QueryAsync<UploadParts.Part>(UploadParts.Segments, new { blob })).AsList(), ct);
        return parts.Count > 0 ? new JoinedStream(blobs, parts, 0) : null;
    }

    private Task<bool> IsNamedAsync(Row row, CancellationToken ct) => database.ReadAsync(
        async (DbConnection db) => (await db.QueryAsync<string>(NodeSql.NamedBlobs, new { blobs = new[] { row.BlobId } })).Any(), ct);

    private sealed record Row
    {
        public long Number { get; init; }

        public string Instance { get; init; } = "";

        public string NodeId { get; init; } = "";

        public string BlobId { get; init; } = "";

        public long Size { get; init; }

        public byte[]? Sha256 { get; init; }
    }
}

internal enum ContentProblem
{
    /// <summary>Nothing is there, or it has not its length.</summary>
    Missing,

    /// <summary>It has its length, and other bytes than were stored.</summary>
    Damaged,
}

/// <summary>One content of an instance, by the path of its file; no problem is a content as it was stored.</summary>
internal sealed record ScrubbedContent(string Instance, string Path, long Size, ContentProblem? Problem);
