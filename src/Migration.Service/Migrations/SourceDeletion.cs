namespace Migration.Migrations;

/// <summary>How far the cleanup of a source has come: running, completed, or failed, and then it may be asked for again.</summary>
internal sealed record SourceDeletion(
    string Status,
    long Deleted,
    long Kept,
    IReadOnlyList<KeptEntry> KeptEntries,
    DateTimeOffset StartedAt,
    DateTimeOffset? FinishedAt,
    string? FailureReason)
{
    public const string Running = "running";

    public static SourceDeletion Start(DateTimeOffset now) => new(Running, 0, 0, [], now, null, null);

    public SourceDeletion Report(CleanupStanding standing) =>
        this with { Deleted = standing.Deleted, Kept = standing.Kept, KeptEntries = standing.KeptEntries };

    public SourceDeletion Complete(DateTimeOffset now) => this with { Status = "completed", FinishedAt = now };

    public SourceDeletion Fail(string reason, DateTimeOffset now) => this with { Status = "failed", FailureReason = reason, FinishedAt = now };
}

/// <summary>Something of the source that was not deleted, and why. A document lists the first thousand.</summary>
internal sealed record KeptEntry(string Path, string Reason);

/// <summary>What the record of a cleanup says at one moment.</summary>
internal sealed record CleanupStanding(long Deleted, long Kept, IReadOnlyList<KeptEntry> KeptEntries);
