using System.ComponentModel.DataAnnotations;

namespace Migration.Migrations;

/// <summary>Configuration section <c>Migration</c>.</summary>
internal sealed class MigrationOptions : IValidatableObject
{
    /// <summary>False: this process only takes requests; another one does the work.</summary>
    public bool Worker { get; set; } = true;

    /// <summary>False: what users asked to have removed at their Nextclouds is left to other processes.</summary>
    public bool Cleaner { get; set; } = true;

    [Range(1, 1000)]
    public int ConcurrentMigrations { get; set; } = 4;

    /// <summary>At most: one process of RemoteFiles has more than four under way only where the Nextcloud still answers others at once.</summary>
    [Range(1, 100)]
    public int FilesPerMigration { get; set; } = 6;

    [Range(1, 100)]
    public int FoldersPerMigration { get; set; } = 2;

    /// <summary>How long a killed worker keeps others off its migrations.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan LeaseRenewal { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a run looks whether it was canceled or has lost its lease.</summary>
    public TimeSpan LeaseCheck { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a worker looks for migrations that nobody told it about.</summary>
    public TimeSpan LookForWork { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most that what has happened waits for its record; a crash repeats that much.</summary>
    public TimeSpan LedgerDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>Tries of one file or folder.</summary>
    [Range(1, 20)]
    public int Attempts { get; set; } = 4;

    /// <summary>Before the second try; doubled for each further one.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Of which files the source is asked for its own hash, where a trigger does not say.</summary>
    public Verification Verify { get; set; }

    /// <summary>How long a migration waits for a password, for space or for its source before it fails.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromDays(7);

    /// <summary>When a migration that waits is looked at first; later and later from then on.</summary>
    public TimeSpan WaitLook { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan LongestWaitLook { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a preflight looks at a source; what it has not seen by then it does not tell of.</summary>
    public TimeSpan PreflightTime { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a request to delete a source waits for the end; after that it is answered, and the deletion goes on.</summary>
    public TimeSpan SourceDeletionAnswer { get; set; } = TimeSpan.FromSeconds(25);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, value) in new[]
        {
            (nameof(LeaseRenewal), LeaseRenewal), (nameof(LeaseCheck), LeaseCheck), (nameof(LookForWork), LookForWork),
            (nameof(LongestWait), LongestWait), (nameof(WaitLook), WaitLook), (nameof(LongestWaitLook), LongestWaitLook),
            (nameof(LedgerDelay), LedgerDelay), (nameof(ReportInterval), ReportInterval), (nameof(RetryDelay), RetryDelay), (nameof(PreflightTime), PreflightTime),
        })
        {
            if (value < TimeSpan.FromMilliseconds(1))
            {
                yield return new($"{name} must be a positive time", [name]);
            }
        }

        if (Lease < LeaseRenewal + LeaseRenewal || LeaseRenewal < LeaseCheck)
        {
            yield return new("Lease must be twice LeaseRenewal at least, and LeaseRenewal no less than LeaseCheck", [nameof(Lease)]);
        }
    }
}
