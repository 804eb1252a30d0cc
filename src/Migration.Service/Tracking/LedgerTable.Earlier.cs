using System.Data.Common;
using Dapper;
using Migration.Migrations;

namespace Migration.Tracking;

// Lines of an earlier migration.
internal sealed partial class LedgerTable
{
    private const string EarlierLines = """
        SELECT number, path, is_folder AS IsFolder, source_id AS SourceId, etag, size, modified_at AS ModifiedAt,
            drive_id AS FileId, drive_name AS Name, sha256
        FROM migration_files
        """;

    private const string Verified = $"(({Arrived} AND COALESCE(sha256, '') <> '') OR (is_folder = TRUE AND outcome = 'imported'))";

    public Task<EarlierMigration?> FindEarlierAsync(string migration, CancellationToken ct) => database.ReadAsync(
        async connection => await connection.QueryFirstOrDefaultAsync<(string Id, bool SameScope)?>(
            $"""
            SELECT e.id, {Same("include")} AND {Same("exclude")} AND {Same("folders")}
            FROM migrations m JOIN migrations e ON e.instance = m.instance AND e.id <> m.id AND e.created_at <= m.created_at
            WHERE m.id = @migration AND e.status IN ('completed', 'failed', 'canceled') AND {Member("m", "source_owner", "user_id")} IS NOT NULL
                AND {Same("source_owner", "address")} AND {Same("source_owner", "user_id")} AND {Same("source_path")} AND {Same("target_dir")}
            ORDER BY e.status = 'completed' DESC, e.created_at DESC LIMIT 1
            """,
            new { migration }) is var (id, same) ? new EarlierMigration(id, same) : null,
        ct);

    public Task<IReadOnlyList<EarlierLine>> EarlierAsync(string earlier, IReadOnlyList<string> sourceIds, CancellationToken ct) => EarlierLinesAsync(
        $"{EarlierLines} WHERE migration = @earlier AND source_id IN @sourceIds AND is_folder = FALSE AND {Verified}", new { earlier, sourceIds }, ct);

    public async Task<EarlierLine?> WholeFolderAsync(string earlier, CleanPath folder, CancellationToken ct) => (await EarlierLinesAsync(
        $"""
        {EarlierLines} WHERE migration = @earlier AND path = @Path AND is_folder = TRUE AND outcome = 'imported' AND NOT EXISTS (
            SELECT 1 FROM migration_files WHERE migration = @earlier AND {LedgerWriter.Below} AND NOT {Verified} AND outcome NOT IN ('excluded', 'gone'))
        """,
        new { earlier, Path = folder.ToString() },
        ct)).SingleOrDefault();

    public Task<IReadOnlyList<EarlierLine>> EarlierBelowAsync(string earlier, CleanPath folder, CleanPath after, int limit, CancellationToken ct) =>
        EarlierLinesAsync(
            $"{EarlierLines} WHERE migration = @earlier AND {LedgerWriter.Below} AND path > @After AND {Verified} ORDER BY path LIMIT @limit",
            new { earlier, Path = folder.ToString(), After = after.ToString(), limit },
            ct);

    public Task<IReadOnlyList<EarlierLine>> RenamedFoldersAsync(string migration, string earlier, CleanPath? before, int limit, CancellationToken ct) =>
        EarlierLinesAsync(
            $"""
            {EarlierLines} AS e WHERE migration = @earlier AND is_folder = TRUE AND outcome = 'imported' AND (@Before IS NULL OR path < @Before)
                AND EXISTS (SELECT 1 FROM migration_files n WHERE n.migration = @migration AND n.source_id = e.source_id AND n.is_folder = TRUE)
                AND NOT EXISTS (SELECT 1 FROM migration_files n WHERE n.migration = @migration AND n.path = e.path)
            ORDER BY path DESC LIMIT @limit
            """,
            new { migration, earlier, Before = before?.ToString(), limit },
            ct);

    private string Same(params string[] names) => $"{Member("m", names)} IS NOT DISTINCT FROM {Member("e", names)}";

    private string Member(string migration, params string[] names) => database.Dialect.Member(migration + ".document", names);

    private Task<IReadOnlyList<EarlierLine>> EarlierLinesAsync(string sql, object arguments, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<EarlierLine>>(
            async connection => (await connection.QueryAsync<EarlierRow>(sql, arguments)).Select(row => row.Read()).ToList(), ct);

    private sealed record EarlierRow : SourceRow
    {
        public string? FileId { get; init; }

        public string? Name { get; init; }

        public string? Sha256 { get; init; }

        public EarlierLine Read() => new(Number, Entry, FileId ?? "", Name ?? "", Sha256 ?? "");
    }
}
