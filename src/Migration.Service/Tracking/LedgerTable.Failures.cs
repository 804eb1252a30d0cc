using Dapper;
using Migration.Migrations;

namespace Migration.Tracking;

// What went wrong, for who asks why.
internal sealed partial class LedgerTable : IFailures
{
    public Task<IReadOnlyList<FailedReason>> FailedAsync(string migration, CancellationToken ct) => database.ReadAsync<IReadOnlyList<FailedReason>>(
        async connection => (await connection.QueryAsync<FailedRow>(
            """
            SELECT COALESCE(reason, '') AS Reason, COUNT(*) AS Count, COALESCE(MAX(message), '') AS Message, MAX(failed_at) AS Last
            FROM migration_files WHERE migration = @migration AND outcome = 'failed' GROUP BY COALESCE(reason, '') ORDER BY COUNT(*) DESC
            """,
            new { migration })).Select(row => row.Read()).ToList(),
        ct);

    public Task<IReadOnlyList<string>> NextFilesAsync(string migration, int limit, CancellationToken ct) => database.ReadAsync<IReadOnlyList<string>>(
        async connection => (await connection.QueryAsync<string>(
            "SELECT path FROM migration_files WHERE migration = @migration AND outcome = 'pending' AND is_folder = FALSE ORDER BY number LIMIT @limit",
            new { migration, limit })).AsList(),
        ct);

    private sealed record FailedRow
    {
        public string Reason { get; init; } = "";

        public long Count { get; init; }

        public string Message { get; init; } = "";

        public long? Last { get; init; }

        public FailedReason Read() => new(
            ReasonText.Of(Reason) ?? Migrations.Reason.ServerError.Text(), Count, Message, Last is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null);
    }
}
