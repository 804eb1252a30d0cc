using System.Text.Json;
using System.Text.Json.Serialization;

namespace Migration.Migrations;

/// <summary>
/// The io.cozy.nextcloud.migrations document, which the user interface watches (cozy-api 5.1). Facts do not change: each
/// step of a migration answers the next document. What steps are allowed from where is asked of the row that holds it.
/// Members that are not known here are a client's own, and outlive every step.
/// </summary>
internal sealed record TrackingDocument
{
    /// <summary>The most errors, and the most renamed files, that one document lists.</summary>
    public const int ListLimit = 1000;

    public const string Doctype = "io.cozy.nextcloud.migrations";

    public required MigrationStatus Status { get; init; }

    public required string TargetDir { get; init; }

    public required string SourcePath { get; init; }

    public Progress Progress { get; init; } = new(0, 0, 0, 0);

    public IReadOnlyList<FileError> Errors { get; init; } = [];

    public IReadOnlyList<FileSkip> Skipped { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? StartedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? FinishedAt { get; init; }

    public int SchemaVersion { get; init; } = 2;

    public long ErrorsTruncatedCount { get; init; }

    public long SkippedTruncatedCount { get; init; }

    public DateTimeOffset? LastHeartbeatAt { get; init; }

    public string? FailureReason { get; init; }

    /// <summary>Of a running migration: what it waits for.</summary>
    public WaitingFor? WaitingFor { get; init; }

    public bool? CancelRequested { get; init; }

    public DateTimeOffset? CanceledAt { get; init; }

    public DateTimeOffset? SourceDeletedAt { get; init; }

    /// <summary>The cleanup of the source, once one was asked for; <see cref="SourceDeletedAt"/> is set at its end alone.</summary>
    public SourceDeletion? SourceDeletion { get; init; }

    /// <summary>Of a completed migration: complete, or partial when some files did not arrive.</summary>
    public string? Outcome { get; init; }

    /// <summary>What the trigger asked for beyond the user's own files, and less than all of them; null is nothing of it.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    public IReadOnlyList<string>? Exclude { get; init; }

    public IReadOnlyList<string>? Folders { get; init; }

    /// <summary>Of which files the source is asked for its own hash: none, sample or all; null where the trigger did not say.</summary>
    public string? Verify { get; init; }

    /// <summary>What the preflight before it said would come.</summary>
    public Prediction? Prediction { get; init; }

    /// <summary>Of a completed migration with a whole <see cref="Prediction"/>: where it came otherwise.</summary>
    public IReadOnlyList<Difference>? Differences { get; init; }

    /// <summary>Of a completed migration.</summary>
    public FileCounts? Counts { get; init; }

    /// <summary>Files that were imported beside another one that had their name.</summary>
    public IReadOnlyList<RenamedFile> Renamed { get; init; } = [];

    public long RenamedCount { get; init; }

    public string AccountId { get; init; } = "";

    /// <summary>Host of the Nextcloud, with its port if it has one.</summary>
    public string NextcloudUrl { get; init; } = "";

    /// <summary>Whose files these are: the whole address, and the user id that its Nextcloud gave. Nothing is deleted anywhere else.</summary>
    public SourceOwner? SourceOwner { get; init; }

    [JsonPropertyName("cozyMetadata")]
    public required CozyMetadata CozyMetadata { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    public TrackingDocument Start(DateTimeOffset now) => this with
    {
        Status = MigrationStatus.Running,
        StartedAt = StartedAt ?? now,
        LastHeartbeatAt = now,
        WaitingFor = null,
    };

    public TrackingDocument Wait(WaitingFor wait, DateTimeOffset now) => Start(now) with { WaitingFor = wait };

    public TrackingDocument Report(Standing standing, DateTimeOffset now) => this with
    {
        Progress = standing.Progress,
        Errors = standing.Errors,
        ErrorsTruncatedCount = standing.ErrorCount - standing.Errors.Count,
        Renamed = standing.Renamed,
        RenamedCount = standing.RenamedCount,
        LastHeartbeatAt = now,
    };

    /// <param name="now">The time.</param>
    /// <param name="counts">How many files came to which end; null where only somebody else knows.</param>
    /// <param name="leftOut">How much stayed for which reason.</param>
    public TrackingDocument Complete(DateTimeOffset now, FileCounts? counts, IReadOnlyDictionary<string, long> leftOut) => this with
    {
        Counts = counts,
        Differences = counts is null ? null : Prediction?.Compare(counts, Progress.BytesImported, leftOut),
        Status = MigrationStatus.Completed,
        WaitingFor = null,
        Outcome = Errors.Count == 0 ? "complete" : "partial",
        FinishedAt = now,
        LastHeartbeatAt = now,
    };

    /// <summary>The reason also goes into the errors, where older clients look; it takes the place of the last one when the list is full.</summary>
    public TrackingDocument Fail(string reason, DateTimeOffset now)
    {
        var kept = Errors.Take(ListLimit - 1).ToArray();
        return this with
        {
            Status = MigrationStatus.Failed,
            WaitingFor = null,
            FailureReason = reason,
            Errors = [.. kept, new("", reason, now)],
            ErrorsTruncatedCount = ErrorsTruncatedCount + Errors.Count - kept.Length,
            FinishedAt = now,
            LastHeartbeatAt = now,
        };
    }

    /// <summary>Running again after its end, as if it had never come to it.</summary>
    public TrackingDocument Retry(DateTimeOffset now) => this with
    {
        Status = MigrationStatus.Running,
        Outcome = null,
        Counts = null,
        Differences = null,
        Errors = [],
        ErrorsTruncatedCount = 0,
        FailureReason = null,
        CancelRequested = null,
        CanceledAt = null,
        FinishedAt = null,
        LastHeartbeatAt = now,
    };

    public TrackingDocument RequestCancel(DateTimeOffset now) => this with { CancelRequested = true, CanceledAt = CanceledAt ?? now };

    public TrackingDocument Cancel(DateTimeOffset now) => this with
    {
        Status = MigrationStatus.Canceled,
        WaitingFor = null,
        FailureReason = "canceled by user",
        CancelRequested = true,
        CanceledAt = CanceledAt ?? now,
        FinishedAt = now,
        LastHeartbeatAt = now,
    };
}

/// <summary>How far a migration has come. The totals are what is known so far, and exact once every folder was listed.</summary>
internal sealed record Progress(long FilesImported, long FilesTotal, long BytesImported, long BytesTotal)
{
    /// <summary>Bytes that are here of files that are not imported yet. It may go back: a file that breaks off may begin anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long BytesInFlight { get; init; }
}

internal sealed record SourceOwner(string Address, string UserId);

/// <summary>What the ledger says at one moment: progress, and the oldest errors and renamed files with how many there are in all.</summary>
internal sealed record Standing(
    Progress Progress, IReadOnlyList<FileError> Errors, long ErrorCount, IReadOnlyList<RenamedFile> Renamed, long RenamedCount);

/// <summary>A file or folder that did not arrive. An empty path stands for the migration itself.</summary>
internal sealed record FileError(string Path, string Message, DateTimeOffset At)
{
    /// <summary>Of the <see cref="Reason"/>.</summary>
    public string? Code { get; init; }
}

internal sealed record FileSkip(string Path, string Reason, long Size);

/// <summary>A source path, and the name its file has in the drive.</summary>
internal sealed record RenamedFile(string Path, string Name);

/// <summary>The user interface sorts migrations by <c>cozyMetadata.createdAt</c>.</summary>
internal sealed record CozyMetadata([property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt);
