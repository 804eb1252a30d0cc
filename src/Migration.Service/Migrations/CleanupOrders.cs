using System.Globalization;
using Microsoft.Extensions.Options;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>What a user may ask for after a migration: that its source is deleted, as far as that is safe (cozy-api 4.3).</summary>
internal sealed class CleanupOrders(
    IMigrations migrations, ICleanups cleanups, IRemoteFiles remote, CleanupSignal signal, IOptions<MigrationOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns when the source is cleaned up; when that takes longer than a request may, while it goes on.</summary>
    /// <param name="instance">Whose migration it is.</param>
    /// <param name="id">Of the migration.</param>
    /// <param name="acknowledged">Go on although something did not arrive, which is kept.</param>
    /// <param name="ct">Stops waiting; what was ordered goes on.</param>
    public async Task OrderAsync(string instance, string id, bool acknowledged, CancellationToken ct)
    {
        var migration = await migrations.FindAsync(instance, id, ct) ?? throw new FaultException(Fault.NotFound, "nextcloud migration not found");
        await CheckAsync(migration, acknowledged, ct);
        await CheckOwnerAsync(migration, ct);

        // From here on the caller going away changes nothing.
        var now = clock.GetUtcNow();
        _ = await migrations.ReviseAsync(
            instance,
            id,
            row => row.Document.SourceDeletedAt is not null ? null
                : row.Document.SourceDeletion is { Status: SourceDeletion.Running } ? row
                : row with { Document = row.Document with { SourceDeletion = SourceDeletion.Start(now) } },
            CancellationToken.None) ?? throw AlreadyDeleted();
        await cleanups.OrderAsync(instance, id, CancellationToken.None);
        signal.Work.Set();
        await WaitAsync(id, ct);
    }

    private async Task CheckAsync(TrackedMigration migration, bool acknowledged, CancellationToken ct)
    {
        var document = migration.Document;
        if (document.Status != MigrationStatus.Completed)
        {
            throw new FaultException(Fault.Conflict, "nextcloud migration source can only be deleted after a completed migration");
        }

        if (document.SourceDeletedAt is not null)
        {
            throw AlreadyDeleted();
        }

        if (await cleanups.CountArrivedAsync(migration.Id, ct) == 0)
        {
            throw new FaultException(Fault.Conflict, "nextcloud migration source cannot be deleted: no file of it was verified here");
        }

        var missing = await cleanups.CountMissingAsync(migration.Id, ct) + document.Skipped.Count;
        if (missing > 0 && !acknowledged)
        {
            throw new FaultException(Fault.Conflict, string.Create(
                CultureInfo.InvariantCulture,
                $"nextcloud migration is partial: {missing} files or folders did not arrive and will be kept; to delete the others, ask with acknowledge_partial=true"));
        }
    }

    private async Task CheckOwnerAsync(TrackedMigration migration, CancellationToken ct)
    {
        try
        {
            await new Source(migration, remote, options.Value, clock).CheckOwnerAsync(ct);
        }
        catch (FaultException e) when (e.Fault is Fault.NotFound or Fault.Malformed)
        {
            throw new FaultException(Fault.NotFound, "no nextcloud account configured for this instance", e);
        }
        catch (FaultException e) when (e.Fault is not Fault.Conflict)
        {
            throw Told(e);
        }
    }

    private async Task WaitAsync(string id, CancellationToken ct)
    {
        var begun = clock.GetTimestamp();
        using var timer = new PeriodicTimer(Look, clock);
        while (clock.GetElapsedTime(begun) < options.Value.SourceDeletionAnswer && await timer.WaitForNextTickAsync(ct))
        {
            if (await cleanups.FindAsync(id, ct) is { IsOver: true } state)
            {
                if (state.Fault is { } fault)
                {
                    throw fault.Fault is Fault.Conflict ? fault : Told(fault);
                }

                return;
            }
        }
    }

    private static FaultException AlreadyDeleted() => new(Fault.Conflict, "nextcloud migration source already deleted");

    private static FaultException Told(FaultException e) => e.Fault switch
    {
        Fault.Unauthenticated or Fault.Forbidden => new(Fault.Unauthenticated, "nextcloud credentials are invalid", e),
        _ => e as PeerAwayException ?? new FaultException(Fault.BadGateway, MigrationOrders.UnreachableBecause(e.Message), e),
    };
}
