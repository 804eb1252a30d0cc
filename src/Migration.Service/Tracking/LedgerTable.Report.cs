using System.Data.Common;
using Dapper;
using Migration.Migrations;

namespace Migration.Tracking;

// The rows as they are told: counted, and listed.
internal sealed partial class LedgerTable : ILedgerReport
{
    private const string Told = "(NOT is_folder OR outcome IN ('failed', 'excluded', 'gone'))";

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

    private sealed record ReportRow
    {
        public string Path { get; init; } = "";

        public bool IsFolder { get; init; }

        public string Outcome { get; init; } = "";

        public string? Reason { get; init; }

        public string? Message { get; init; }

        public string SourceId { get; init; } = "";

        public string ETag { get; init; } = "";

        public long Size { get; init; }

        public long? ModifiedAt { get; init; }

        public long Attempts { get; init; }

        public string? DriveId { get; init; }

        public string? DriveName { get; init; }

        public string? Sha256 { get; init; }

        public string? Md5 { get; init; }

        public string? Proof { get; init; }

        public ReportLine Read() => new(Path, IsFolder, Outcome == "already_there" ? "identical" : Outcome)
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
