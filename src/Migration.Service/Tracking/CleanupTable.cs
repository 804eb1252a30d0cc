using System.Data.Common;
using Dapper;
using Migration.Migrations;
using Shared.Faults;
using Shared.Storage;

namespace Migration.Tracking;

/// <summary>The rows of <c>cleanups</c>, and of <c>cleanup_lines</c>: one for each line of the ledger that is settled.</summary>
internal sealed class CleanupTable(Database database) : ICleanups
{
    private const string Arrived = "(f.is_folder = FALSE AND f.outcome IN ('imported', 'already_there', 'renamed') AND COALESCE(f.sha256, '') <> '')";
    private const string Listed = "(f.is_folder = TRUE AND f.outcome = 'imported')";
    // What was left out on purpose, or is no longer at the source, is missed by nobody.
    private const string Missing = $"NOT {Arrived} AND NOT {Listed} AND f.outcome NOT IN ('excluded', 'gone')";
    private const string Unsettled = "NOT EXISTS (SELECT 1 FROM cleanup_lines c WHERE c.number = f.number)";
    private const string Entries = """
        SELECT f.number, f.path, f.is_folder AS IsFolder, f.source_id AS SourceId, f.etag, f.size, f.modified_at AS ModifiedAt,
            f.drive_id AS DriveId, f.sha256 AS Sha256
        FROM migration_files f WHERE f.migration = @migration
        """;

    public Task OrderAsync(string instance, string migration, CancellationToken ct) => database.WriteAsync(
        connection => connection.ExecuteAsync(
            """
            INSERT INTO cleanups (migration, instance) VALUES (@migration, @instance)
            ON CONFLICT (migration) DO UPDATE SET is_over = FALSE, fault = NULL, message = NULL WHERE cleanups.is_over
            """,
            new { instance, migration }),
        ct);

    public Task<CleanupState?> FindAsync(string migration, CancellationToken ct) => database.ReadAsync(
        async connection =>
            await connection.QuerySingleOrDefaultAsync<(bool IsOver, string? Fault, string? Message)?>(
                "SELECT is_over, fault, message FROM cleanups WHERE migration = @migration", new { migration }) is var (isOver, fault, message)
                ? new CleanupState(isOver, fault is null ? null : new(Enum.Parse<Fault>(fault), message ?? ""))
                : null,
        ct);

    public Task<CleanupJob?> TakeAsync(string owner, DateTimeOffset now, DateTimeOffset until, CancellationToken ct)
    {
        var values = new { owner, now = now.ToUnixTimeMilliseconds(), until = until.ToUnixTimeMilliseconds() };
        return database.WriteAsync(
            connection => connection.QuerySingleOrDefaultAsync<CleanupJob?>(
                """
                UPDATE cleanups SET lease_owner = @owner, lease_until = @until WHERE number = (
                    SELECT number FROM cleanups WHERE NOT is_over AND (lease_until IS NULL OR lease_until <= @now)
                        AND instance NOT IN (SELECT instance FROM cleanups WHERE NOT is_over AND lease_until > @now)
                    ORDER BY number LIMIT 1)
                RETURNING instance, migration
                """,
                values),
            ct);
    }

    public Task<bool> RenewAsync(string migration, string owner, DateTimeOffset until, CancellationToken ct) => OwnAsync(
        "UPDATE cleanups SET lease_until = @until", new { migration, owner, until = until.ToUnixTimeMilliseconds() }, ct);

    public Task ReleaseAsync(string migration, string owner, CancellationToken ct) => OwnAsync(
        "UPDATE cleanups SET lease_owner = NULL, lease_until = NULL", new { migration, owner }, ct);

    public Task<bool> EndAsync(string migration, string owner, FaultException? fault, CancellationToken ct) => OwnAsync(
        "UPDATE cleanups SET is_over = TRUE, fault = @fault, message = @Message, lease_owner = NULL, lease_until = NULL",
        new { migration, owner, fault = fault?.Fault.ToString(), fault?.Message },
        ct);

    public Task<long> CountMissingAsync(string migration, CancellationToken ct) => CountAsync(Missing, migration, ct);

    public Task<long> CountArrivedAsync(string migration, CancellationToken ct) => CountAsync($"({Arrived} OR {Listed})", migration, ct);

    public Task<IReadOnlyList<ArrivedEntry>> FilesAsync(string migration, long after, int limit, CancellationToken ct) => EntriesAsync(
        $"{Entries} AND f.number > @after AND {Arrived} AND {Unsettled} ORDER BY f.number LIMIT @limit",
        new { migration, after, limit },
        ct);

    // A folder is seen before what is in it. The home itself is nobody's to delete.
    public Task<IReadOnlyList<ArrivedEntry>> FoldersAsync(string migration, int limit, CancellationToken ct) => EntriesAsync(
        $"{Entries} AND {Listed} AND f.path <> '/' AND {Unsettled} ORDER BY f.number DESC LIMIT @limit", new { migration, limit }, ct);

    public Task SettleAsync(string migration, string owner, long number, string? kept, CancellationToken ct) => SettleAsync(
        migration, "VALUES (@number, @migration, @kept)", new { migration, owner, number, kept }, ct);

    public Task KeepMissingAsync(string migration, string owner, string reason, CancellationToken ct) => SettleAsync(
        migration,
        $"SELECT f.number, f.migration, @reason FROM migration_files f WHERE f.migration = @migration AND {Missing} AND {Unsettled}",
        new { migration, owner, reason },
        ct);

    public Task<CleanupStanding> CountAsync(string migration, int limit, CancellationToken ct) => database.ReadAsync(
        async connection =>
        {
            var (deleted, kept) = await connection.QuerySingleAsync<(long Deleted, long Kept)>(
                "SELECT COUNT(*) - COUNT(kept), COUNT(kept) FROM cleanup_lines WHERE migration = @migration",
                new { migration });
            var entries = await connection.QueryAsync<KeptEntry>(
                """
                SELECT f.path, c.kept AS reason FROM cleanup_lines c JOIN migration_files f ON f.number = c.number
                WHERE c.migration = @migration AND c.kept IS NOT NULL ORDER BY c.number LIMIT @limit
                """,
                new { migration, limit });
            return new CleanupStanding(deleted, kept, entries.AsList());
        },
        ct);

    private Task<bool> OwnAsync(string update, object values, CancellationToken ct) => database.WriteAsync(
        async connection => await connection.ExecuteAsync(update + " WHERE migration = @migration AND lease_owner = @owner AND NOT is_over", values) == 1, ct);

    private Task SettleAsync(string migration, string lines, object values, CancellationToken ct) => database.WriteAsync(
        async connection =>
        {
            const string mine = "SELECT EXISTS (SELECT 1 FROM cleanups WHERE migration = @migration AND lease_owner = @owner AND NOT is_over)";
            if (!await connection.ExecuteScalarAsync<bool>(mine, values))
            {
                throw new LeaseLostException(migration);
            }

            await connection.ExecuteAsync($"INSERT INTO cleanup_lines (number, migration, kept) {lines} ON CONFLICT DO NOTHING", values);
        },
        ct);

    private Task<long> CountAsync(string condition, string migration, CancellationToken ct) => database.ReadAsync(
        connection => connection.ExecuteScalarAsync<long>(
            $"SELECT COUNT(*) FROM migration_files f WHERE f.migration = @migration AND {condition}", new { migration }),
        ct);

    private Task<IReadOnlyList<ArrivedEntry>> EntriesAsync(string sql, object arguments, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<ArrivedEntry>>(
            async connection => (await connection.QueryAsync<Row>(sql, arguments)).Select(row => row.Read()).ToList(), ct);

    private sealed record Row : SourceRow
    {
        public string? DriveId { get; init; }

        public string? Sha256 { get; init; }

        public ArrivedEntry Read() => new(Number, Entry, DriveId ?? "", Sha256 ?? "");
    }
}
