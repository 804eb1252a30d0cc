namespace Migration.Migrations;

/// <summary>The rows of all migrations. Each instance has at most one that is pending or running, whatever happens at the same time.</summary>
internal interface IMigrations
{
    Task<Occupancy> FindOccupancyAsync(string instance, DateTimeOffset now, CancellationToken ct);

    /// <summary>False when the instance has one that is pending or running; a reservation whose lease ran out gives way.</summary>
    Task<bool> TryAddAsync(TrackedMigration migration, DateTimeOffset now, CancellationToken ct);

    /// <summary>Takes back a reservation of this owner as if it had never been.</summary>
    Task RemoveReservationAsync(string id, string owner, CancellationToken ct);

    /// <summary>Null for an unknown one, one of another instance, and a reservation.</summary>
    Task<TrackedMigration?> FindAsync(string instance, string id, CancellationToken ct);

    /// <summary>The migration that was triggered last; null when there is none.</summary>
    Task<TrackedMigration?> FindLatestAsync(string instance, CancellationToken ct);

    /// <summary>All that <see cref="FindAsync"/> would find, by their ids.</summary>
    Task<IReadOnlyList<TrackedMigration>> ListAsync(string instance, CancellationToken ct);

    /// <summary>Was there one of this id, which was removed?</summary>
    Task<bool> IsRemovedAsync(string instance, string id, CancellationToken ct);

    /// <summary>Ids of migrations that wait for a worker, oldest first.</summary>
    Task<IReadOnlyList<string>> FindWaitingAsync(DateTimeOffset now, int limit, CancellationToken ct);

    /// <summary>
    /// Reads the row, asks for the next one and writes it, with nobody between. A terminal migration is never asked about.
    /// Null when nothing was written: unknown, terminal, or <paramref name="next"/> answered null.
    /// </summary>
    Task<TrackedMigration?> ChangeAsync(string id, Func<TrackedMigration, TrackedMigration?> next, CancellationToken ct);

    /// <summary>The same for any migration of an instance, also one that has ended. Null also when another one is in flight, and this one would be.</summary>
    Task<TrackedMigration?> ReviseAsync(string instance, string id, Func<TrackedMigration, TrackedMigration?> next, CancellationToken ct);

    /// <summary>Removes a migration and its ledger when <paramref name="may"/> says so, with nobody between.</summary>
    Task<bool> RemoveAsync(string instance, string id, Func<TrackedMigration, bool> may, CancellationToken ct);

    /// <summary>Who holds the lease of a migration that has not ended, and whether it shall be canceled; null when it has ended.</summary>
    Task<LeaseView?> ViewLeaseAsync(string id, CancellationToken ct);

    /// <summary>False when the lease is no longer this owner's.</summary>
    Task<bool> RenewLeaseAsync(string id, string owner, DateTimeOffset until, CancellationToken ct);
}

internal sealed record LeaseView(string? Owner, bool CancelRequested);

/// <summary>Whether an instance could have another migration.</summary>
internal enum Occupancy
{
    Free,

    /// <summary>An order is being taken; nobody sees its migration yet, and it may come to nothing.</summary>
    Reserved,

    /// <summary>A migration is pending or running.</summary>
    Taken,
}
