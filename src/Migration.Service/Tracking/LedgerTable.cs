using System.Data.Common;
using Dapper;
using Migration.Migrations;
using Shared.Storage;

namespace Migration.Tracking;

/// <summary>The rows of <c>migration_files</c>.</summary>
internal sealed partial class LedgerTable(Database database) : ILedger
{
    private const string Lines = """
        SELECT f.number, f.path, f.is_folder AS IsFolder, f.source_id AS SourceId, f.etag, f.size, f.modified_at AS ModifiedAt,
            p.drive_id AS Directory, f.favorite
        FROM migration_files f LEFT JOIN migration_files p ON p.number = f.parent
        WHERE f.migration = @migration AND f.outcome = 'pending'
        """;

    private const string Arrived = "is_folder = FALSE AND outcome IN ('imported', 'already_there', 'renamed')";

    private const string Asked = "outcome NOT IN ('excluded', 'gone')";

    public Task<LedgerTotals> WriteAsync(string migration, string owner, IReadOnlyList<LedgerChange> changes, CancellationToken ct) =>
        database.WriteAsync(
            async connection =>
            {
                if (!await connection.ExecuteScalarAsync<bool>(
                    "SELECT EXISTS (SELECT 1 FROM migrations WHERE id = @migration AND lease_owner = @owner)", new { migration, owner }))
                {
                    throw new LeaseLostException(migration);
                }

                var moved = LedgerTotals.None;
                foreach (var change in changes)
                {
                    moved += await LedgerWriter.ApplyAsync(connection, migration, change);
                }

                return moved;
            },
            ct);

    public Task<LedgerTotals> CountAsync(string migration, CancellationToken ct) => database.ReadAsync(
        connection => connection.QuerySingleAsync<LedgerTotals>(
            $"""
            SELECT COUNT(CASE WHEN NOT is_folder AND {Asked} THEN 1 END) AS Files,
                {database.Dialect.Total($"CASE WHEN NOT is_folder AND {Asked} THEN size END")} AS Bytes,
                COUNT(CASE WHEN {Arrived} THEN 1 END) AS FilesImported,
                {database.Dialect.Total($"CASE WHEN {Arrived} THEN size END")} AS BytesImported,
                COUNT(CASE WHEN outcome = 'failed' THEN 1 END) AS Errors,
                COUNT(CASE WHEN outcome = 'renamed' THEN 1 END) AS Renamed
            FROM migration_files WHERE migration = @migration
            """,
            new { migration }),
        ct);

    public Task<IReadOnlyList<LedgerLine>> FoldersToWalkAsync(string migration, int limit, CancellationToken ct) =>
        LinesAsync($"{Lines} AND f.is_folder = TRUE ORDER BY f.number LIMIT @limit", new { migration, limit }, ct);

    public Task<IReadOnlyList<LedgerLine>> FilesToBringAsync(string migration, long after, int limit, CancellationToken ct) =>
        LinesAsync($"{Lines} AND f.is_folder = FALSE AND f.number > @after ORDER BY f.number LIMIT @limit", new { migration, after, limit }, ct);

    public Task<IReadOnlyList<FileError>> ErrorsAsync(string migration, int limit, CancellationToken ct) => database.ReadAsync<IReadOnlyList<FileError>>(
        async connection => (await connection.QueryAsync<(string Path, string Message, long At, string? Code)>(
            """
            SELECT path, message, failed_at, reason FROM migration_files
            WHERE migration = @migration AND outcome = 'failed' ORDER BY failed_at, number LIMIT @limit
            """,
            new { migration, limit })).Select(row => new FileError(row.Path, row.Message, DateTimeOffset.FromUnixTimeMilliseconds(row.At)) { Code = row.Code }).ToList(),
        ct);

    public Task<IReadOnlyList<RenamedFile>> RenamedAsync(string migration, int limit, CancellationToken ct) => database.ReadAsync<IReadOnlyList<RenamedFile>>(
        async connection => (await connection.QueryAsync<RenamedFile>(
            """
            SELECT path, drive_name AS name FROM migration_files
            WHERE migration = @migration AND outcome = 'renamed' ORDER BY number LIMIT @limit
            """,
            new { migration, limit })).AsList(),
        ct);

    private Task<IReadOnlyList<LedgerLine>> LinesAsync(string sql, object arguments, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<LedgerLine>>(
            async connection => (await connection.QueryAsync<Row>(sql, arguments)).Select(row => row.Read()).ToList(), ct);

    private sealed record Row : SourceRow
    {
        public string? Directory { get; init; }

        public bool Favorite { get; init; }

        public LedgerLine Read() => new(Number, Entry with { IsFavorite = Favorite }, Directory ?? "");
    }
}
