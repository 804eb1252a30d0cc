using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// The cleanups of sources, each a job with a lease of its own, and a line for everything that one has settled. A cleanup whose
/// worker was killed goes on from its lines.
/// </summary>
internal interface ICleanups
{
    /// <summary>Puts a cleanup on record, or one that failed back to work; one that is at work stays as it is.</summary>
    Task OrderAsync(string instance, string migration, CancellationToken ct);

    /// <summary>Null when none was ordered.</summary>
    Task<CleanupState?> FindAsync(string migration, CancellationToken ct);

    /// <summary>Gives this owner the oldest cleanup that nobody works on; null when there is none. One instance has one at work.</summary>
    Task<CleanupJob?> TakeAsync(string owner, DateTimeOffset now, DateTimeOffset until, CancellationToken ct);

    /// <summary>False when the lease is no longer this owner's.</summary>
    Task<bool> RenewAsync(string migration, string owner, DateTimeOffset until, CancellationToken ct);

    /// <summary>Lets the next worker begin at once.</summary>
    Task ReleaseAsync(string migration, string owner, CancellationToken ct);

    /// <summary>How many files and folders did not arrive, or not with a hash of what is in the drive.</summary>
    Task<long> CountMissingAsync(string migration, CancellationToken ct);

    /// <summary>How many did.</summary>
    Task<long> CountArrivedAsync(string migration, CancellationToken ct);

    /// <summary>Files that arrived and are not settled, in the order they were seen.</summary>
    Task<IReadOnlyList<ArrivedEntry>> FilesAsync(string migration, long after, int limit, CancellationToken ct);

    /// <summary>Folders that were listed whole and are not settled, inner ones first.</summary>
    Task<IReadOnlyList<ArrivedEntry>> FoldersAsync(string migration, int limit, CancellationToken ct);

    /// <summary>Settles one; <paramref name="kept"/> says why it was kept, null that it is deleted.</summary>
    /// <exception cref="LeaseLostException">The lease is not this owner's: nothing was written.</exception>
    Task SettleAsync(string migration, string owner, long number, string? kept, CancellationToken ct);

    /// <summary>Settles all that did not arrive.</summary>
    /// <exception cref="LeaseLostException">The lease is not this owner's: nothing was written.</exception>
    Task KeepMissingAsync(string migration, string owner, string reason, CancellationToken ct);

    Task<CleanupStanding> CountAsync(string migration, int limit, CancellationToken ct);

    /// <summary>The cleanup is over: well, or with a fault that may pass.</summary>
    Task<bool> EndAsync(string migration, string owner, FaultException? fault, CancellationToken ct);
}

internal sealed record CleanupJob(string Instance, string Migration);

/// <summary>Over, and the fault that ended it, if one did.</summary>
internal sealed record CleanupState(bool IsOver, FaultException? Fault);
