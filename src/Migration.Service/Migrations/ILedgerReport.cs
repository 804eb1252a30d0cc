using System.Text.Json.Serialization;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>The ledger as its owner reads it: every file, and the folders that did not come.</summary>
internal interface ILedgerReport
{
    /// <summary>By their paths, after the path <paramref name="after"/>.</summary>
    Task<IReadOnlyList<ReportLine>> ReportAsync(string migration, ReportFilter filter, string after, int limit, CancellationToken ct);
}

/// <summary>Which lines are asked for; null is all. Both are words of the report.</summary>
internal sealed record ReportFilter(string? Outcome, string? Reason)
{
    private static readonly string[] Outcomes = ["imported", "identical", "renamed", "excluded", "failed", "gone", "pending"];

    /// <exception cref="FaultException">Malformed: a word that no line can have.</exception>
    public static ReportFilter Read(string? outcome, string? reason) => new(
        string.IsNullOrEmpty(outcome) ? null : Outcomes.Contains(outcome) ? outcome : throw Unknown("outcome", string.Join(", ", Outcomes)),
        string.IsNullOrEmpty(reason) ? null : ReasonText.Of(reason)?.Code ?? throw Unknown("reason", "a code of the report"));

    private static FaultException Unknown(string parameter, string known) =>
        new(Fault.Malformed, $"{parameter} must be one of: {known}") { Parameter = parameter };
}

/// <summary>What is known of one file.</summary>
internal sealed record ReportLine(string Path, bool IsFolder, string Outcome)
{
    public ReasonText? Reason { get; init; }

    /// <summary>What the server said about a failure.</summary>
    public string Message { get; init; } = "";

    public string SourceId { get; init; } = "";

    [JsonPropertyName("etag")]
    public string ETag { get; init; } = "";

    public long Size { get; init; }

    public DateTimeOffset? ModifiedAt { get; init; }

    public long Attempts { get; init; }

    /// <summary>Of the file in the drive, as the rest.</summary>
    public string FileId { get; init; } = "";

    public string Name { get; init; } = "";

    public string Sha256 { get; init; } = "";

    public string Md5 { get; init; } = "";

    /// <summary>How it was compared: length, checksum, content, version or hash.</summary>
    public string Proof { get; init; } = "";
}
