using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;
using Shared.Storage;

namespace RemoteFiles.Drive.Upkeep;

/// <summary>
/// Reads every content that a file or a kept version names, and holds it against its length and checksums. It may run beside
/// a server on the same contents: what is deleted meanwhile is not missing.
/// </summary>
internal sealed class Scrub(Database database, IBlobs blobs)
{
    private const int RowsAtOnce = 500;

    private const string Files = """
        SELECT file_id AS Number, instance AS Instance, id AS NodeId, blob_id AS BlobId, size AS Size, sha256 AS Sha256
        FROM nodes WHERE file_id > @Number AND blob_id IS NOT NULL ORDER BY file_id LIMIT @limit
        """;

    private const string Versions = """
        SELECT version AS Number, instance AS Instance, node_id AS NodeId, blob_id AS BlobId, size AS Size, sha256 AS Sha256
        FROM node_versions WHERE (instance, node_id, version) > (@Instance, @NodeId, @Number) ORDER BY instance, node_id, version LIMIT @limit
        """;

    private readonly ContentCheck check = new(database, blobs);

    /// <summary>All of them, as they are read.</summary>
    public async IAsyncEnumerable<ScrubbedContent> RunAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var query in new[] { Files, Versions })
        {
            for (var last = new Row(); await PageAsync(query, last, ct) is { Count: > 0 } page; last = page[^1])
            {
                foreach (var row in page)
                {
                    var content = new StoredContent(row.BlobId, row.Size, row.Sha256);
                    var problem = await check.RunAsync(content, ct);
                    problem = problem is null || await IsNamedAsync(row.BlobId, ct) ? problem : null;
                    yield return new(row.Instance, problem is null ? "" : await PathOfAsync(row, ct), query == Versions, content, problem);
                }
            }
        }
    }

    private Task<List<Row>> PageAsync(string query, Row last, CancellationToken ct) => database.ReadAsync(
        async db => (await db.QueryAsync<Row>(query, new { last.Number, last.Instance, last.NodeId, limit = RowsAtOnce })).AsList(), ct);

    private Task<string> PathOfAsync(Row row, CancellationToken ct) =>
        database.ReadAsync(async db => (await new Nodes(db, row.Instance).PathOfAsync(row.NodeId)).ToString(), ct);

    private Task<bool> IsNamedAsync(string blob, CancellationToken ct) => database.ReadAsync(
        async (DbConnection db) => (await db.QueryAsync<string>(NodeSql.NamedBlobs, new { blobs = new[] { blob } })).Any(), ct);

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

/// <summary>One content of an instance; where it is not as it was stored, the path of its file too.</summary>
internal sealed record ScrubbedContent(string Instance, string Path, bool IsVersion, StoredContent Content, ContentProblem? Problem);
