using System.Data.Common;
using Dapper;
using Migration.Migrations;

namespace Migration.Tracking;

// The rows as they are told: counted, and listed.
internal sealed partial class LedgerTable : ILedgerReport
{
    /// <summary>Columns that the first version did not have.</summary>
    public static readonly IReadOnlyList<(string Column, string Definition)> AddedColumns =
    [
        ("md5", "TEXT"), ("proof", "TEXT"), ("reason", "TEXT"), ("favorite", "INTEGER NOT NULL DEFAULT 0"),
    ];

    private const string Told = "(is_folder = 0 OR outcome IN ('failed', 'excluded', 'gone'))";

    public Task<FileCounts> TallyAsync(string migration, CancellationToken ct) => database.ReadAsync(
        async connection =>
        {
            var rows = (await connection.QueryAsync<(string Outcome, string? Proof, long Count)>(
                $"SELECT outcome, proof, COUNT(*) FROM migration_files WHERE migration = @migration AND {Told} GROUP BY outcome, proof",
                new { migration })).AsList();
            long Ended(string outcome) => rows.Where(row => row.Outcome == outcome).Sum(row => row.Count);
            long Proven(string? proof) => rows.Where(row => row.Outcome is "imported" or "already_there" or "renamed" && row.Proof == proof).Sum(row => row.Count);
            return new FileCounts(
                Ended("imported"),
                Ended("already_there"),
                Ended("renamed"),
                Ended("excluded"),
                Ended("failed"),
                Ended("gone"),
                new(Proven("length"), Proven("checksum"), Proven("content"), Proven("version"), Proven("hash"), Proven(null)));
        },
        ct);

    public Task<IReadOnlyDictionary<string, long>> LeftOutAsync(string migration, CancellationToken ct) => database.ReadAsync<IReadOnlyDictionary<string, long>>(
        async connection => (await connection.QueryAsync<(string Reason, long Count)>(
            """
            SELECT reason, COUNT(*) FROM migration_files
            WHERE migration = @migration AND outcome IN ('excluded', 'failed') AND reason IS NOT NULL GROUP BY reason
            """,
            new { migration })).ToDictionary(row => row.Reason, row => row.Count),
        ct);

    public Task<IReadOnlyList<ReportLine>> ReportAsync(string migration, ReportFilter filter, string after, int limit, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<ReportLine>>(
            async connection => (await connection.QueryAsync<ReportRow>(
                $"""
                SELECT path, is_folder AS IsFolder, outcome, reason, message, source_id AS SourceId, etag, size, modified_at AS ModifiedAt,
                    attempts, drive_id AS DriveId, drive_name AS DriveName, sha256, md5, proof
                FROM migration_files
                WHERE migration = @migration AND path > @after AND {Told}
                    AND (@Outcome IS NULL OR outcome = @Outcome) AND (@Reason IS NULL OR reason = @Reason)
                ORDER BY path LIMIT @limit
                """,
                new { migration, after, limit, Outcome = Column(filter.Outcome), filter.Reason })).Select(row => row.Read()).ToList(),
            ct);

    // What is here already is called by what it is to its reader.
    private static string? Column(string? outcome) => outcome == "identical" ? "already_there" : outcome;

    private sealed record ReportRow(
        string Path, long IsFolder, string Outcome, string? Reason, string? Message, string SourceId, string ETag, long Size,
        long? ModifiedAt, long Attempts, string? DriveId, string? DriveName, string? Sha256, string? Md5, string? Proof)
    {
        public ReportLine Read() => new(Path, IsFolder != 0, Outcome == "already_there" ? "identical" : Outcome)
        {
            Reason = ReasonText.Of(Reason),
            Message = Message ?? "",
            SourceId = SourceId,
            ETag = ETag,
            Size = Size,
            ModifiedAt = ModifiedAt is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
            Attempts = Attempts,
            FileId = DriveId ?? "",
            Name = DriveName ?? "",
            Sha256 = Sha256 ?? "",
            Md5 = Md5 ?? "",
            Proof = Proof ?? "",
        };
    }
}
