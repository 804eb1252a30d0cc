namespace Migration.Migrations;

/// <summary>
/// A migration as its row holds it. Whoever holds the lease alone writes the document; a migration without a live lease
/// belongs to whoever comes first. A reservation is a row whose account is not saved yet: it only keeps others out.
/// </summary>
internal sealed record TrackedMigration
{
    public required string Instance { get; init; }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Changes with every change of the document: <c>N-</c> and 32 hexadecimal digits.</summary>
    public string Rev { get; init; } = "";

    public required TrackingDocument Document { get; init; }

    /// <summary>Null: nobody works on it.</summary>
    public string? LeaseOwner { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    public bool IsReservation => Document.AccountId.Length == 0;

    public bool IsHeld(DateTimeOffset now) => LeaseOwner is not null && LeaseUntil > now;

    /// <summary>With its lease given to this owner, or null when it has ended, is held, or has no account yet.</summary>
    public TrackedMigration? TakenBy(string owner, DateTimeOffset until, DateTimeOffset now) =>
        Document.Status.IsTerminal() || IsReservation || IsHeld(now) ? null : this with { LeaseOwner = owner, LeaseUntil = until };

    public TrackedMigration Released() => this with { LeaseOwner = null, LeaseUntil = null };

    /// <summary>Nobody works on it before this moment; a cancel that was asked for comes first.</summary>
    public TrackedMigration LeftUntil(DateTimeOffset look) =>
        this with { LeaseOwner = null, LeaseUntil = Document.CancelRequested == true ? null : look };

    /// <summary>For the next worker to look at now, unless one is at it.</summary>
    public TrackedMigration WakenAt(DateTimeOffset now) => IsHeld(now) ? this : Released();

    /// <summary>Canceled at once when nobody works on it; else marked, for its worker to see.</summary>
    public TrackedMigration Canceled(DateTimeOffset now) => this with
    {
        Document = Document.Status == MigrationStatus.Running && IsHeld(now) ? Document.RequestCancel(now) : Document.Cancel(now),
    };

    /// <summary>Failed, when no worker has begun it; else null.</summary>
    public TrackedMigration? FailedBeforeStart(string reason, DateTimeOffset now) =>
        Document.Status == MigrationStatus.Pending ? this with { Document = Document.Fail(reason, now) } : null;
}
