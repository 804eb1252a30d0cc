using Shared.Faults;

namespace Migration.Migrations;

/// <summary>A new app password for a migration that waits for one: it is checked before it is kept, and then the migration goes on.</summary>
internal sealed partial class CredentialOrders(
    IMigrations migrations, IRemoteFiles remote, Signal work, TimeProvider clock, ILogger<CredentialOrders> log)
{
    public async Task RenewAsync(string instance, string id, string password, CancellationToken ct)
    {
        var migration = await migrations.FindAsync(instance, id, ct) ?? throw new FaultException(Fault.NotFound, "nextcloud migration not found");
        if (!Waits(migration))
        {
            throw NotWaiting();
        }

        var given = password.Trim() is { Length: > 0 } text
            ? text
            : throw new FaultException(Fault.Invalid, "nextcloud_app_password is required") { Pointer = "/nextcloud_app_password" };
        await SaveAsync(migration, given, ct);

        // From here on the caller going away changes nothing.
        _ = await migrations.ChangeAsync(
            id,
            row => Waits(row) ? row.WakenAt(clock.GetUtcNow()) with { Document = row.Document with { WaitingFor = null } } : null,
            CancellationToken.None) ?? throw NotWaiting();
        work.Set();
        Renewed(id, instance);
    }

    private async Task SaveAsync(TrackedMigration migration, string password, CancellationToken ct)
    {
        var owner = migration.Document.SourceOwner?.UserId
            ?? throw new FaultException(Fault.Conflict, "nextcloud migration does not know whose files these are");
        try
        {
            await remote.RenewPasswordAsync(migration.Instance, migration.Document.AccountId, owner, password, ct);
        }
        catch (FaultException e) when (e.Fault is Fault.Unauthenticated or Fault.Forbidden)
        {
            throw new FaultException(Fault.Unauthenticated, "nextcloud credentials are invalid", e);
        }
        catch (FaultException e) when (e is not PeerAwayException && e.Fault is not (Fault.Conflict or Fault.NotFound))
        {
            throw new FaultException(Fault.BadGateway, MigrationOrders.UnreachableBecause(e.Message), e);
        }
    }

    private static bool Waits(TrackedMigration migration) => migration.Document.WaitingFor?.Reason == WaitReasons.Credentials;

    private static FaultException NotWaiting() => new(Fault.Conflict, "nextcloud migration does not wait for credentials");

    [LoggerMessage(LogLevel.Information, "Migration {Id} of {Instance} has a new password", EventName = "migration.renewed")]
    private partial void Renewed(string id, string instance);
}
