using System.Security.Cryptography;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>Has a migration that has ended bring what it gave up: the same document runs again, and nothing else is touched.</summary>
internal sealed partial class RetryOrders(IMigrations migrations, ILedger ledger, Signal work, TimeProvider clock, ILogger<RetryOrders> log)
{
    // Longer than marking all lines takes; a process that dies in between blocks nobody longer.
    private static readonly TimeSpan Marking = TimeSpan.FromMinutes(1);

    /// <exception cref="FaultException">NotFound; Conflict: it has not ended, there is nothing to retry, or its source is deleted.</exception>
    public async Task<TrackedMigration> RetryAsync(string instance, string id, CancellationToken ct)
    {
        var migration = await migrations.FindAsync(instance, id, ct) ?? throw new FaultException(Fault.NotFound, "nextcloud migration not found");
        var counts = await ledger.TallyAsync(id, ct);
        if (migration.Document.Status == MigrationStatus.Completed && counts.Failed == 0)
        {
            throw new FaultException(Fault.Conflict, "nextcloud migration has nothing to retry");
        }

        // From here on the caller going away changes nothing.
        var (owner, now) = (RandomNumberGenerator.GetHexString(32, lowercase: true), clock.GetUtcNow());
        var taken = await migrations.ReviseAsync(
            instance,
            id,
            row => MayRetry(row.Document) ? row with { Document = row.Document.Retry(now), LeaseOwner = owner, LeaseUntil = now + Marking } : null,
            CancellationToken.None) ?? throw Refusal(migration.Document);
        await ledger.WriteAsync(id, owner, [new LedgerChange.Retried()], CancellationToken.None);
        await migrations.ChangeAsync(id, row => row.LeaseOwner == owner ? row.Released() : null, CancellationToken.None);
        work.Set();
        Retrying(id, instance, counts.Failed);
        return taken;
    }

    private static bool MayRetry(TrackingDocument document) =>
        document.Status.IsTerminal() && document.SourceDeletedAt is null && document.SourceDeletion is null && document.AccountId.Length > 0;

    private static FaultException Refusal(TrackingDocument document) => new(
        Fault.Conflict,
        document.Status.IsTerminal() && !MayRetry(document)
            ? "nextcloud migration source was deleted"
            : "a nextcloud migration is already in progress");

    [LoggerMessage(LogLevel.Information, "Migration {Id} of {Instance} tries {Count} files and folders again", EventName = "migration.retried")]
    private partial void Retrying(string id, string instance, long count);
}
