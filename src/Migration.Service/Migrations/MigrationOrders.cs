using System.Security.Cryptography;
using Operations;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>What a user may ask for: a migration, and its end.</summary>
internal sealed partial class MigrationOrders(
    IMigrations migrations, IRemoteFiles remote, ICommands commands, Signal work, TimeProvider clock, ILogger<MigrationOrders> log)
{
    private const string Unreachable = "nextcloud unreachable: ";

    // Longer than saving an account and publishing may take; a process that dies in between blocks its user no longer.
    private static readonly TimeSpan Reservation = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PatienceWithReservation = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Checks the credentials, saves the account, and has a worker begin. Nothing is kept of an order that is refused.</summary>
    public async Task<TrackedMigration> TriggerAsync(string instance, TriggerOrder order, CancellationToken ct)
    {
        await RequireFreeAsync(instance, ct);
        var owner = await OwnerAsync(instance, order, ct);

        // From here on the caller going away changes nothing: what was begun is brought to an end.
        var reserved = await ReserveAsync(instance, order, owner);
        var accountId = order.Login is { } login ? await SaveAccountAsync(reserved, login, owner.UserId) : order.AccountId;
        var migration = await migrations.ChangeAsync(
            reserved.Id,
            row => row.LeaseOwner == reserved.LeaseOwner ? row with { Document = row.Document with { AccountId = accountId } } : null,
            CancellationToken.None) ?? throw AlreadyInProgress();
        await PublishAsync(migration);
        MigrationSpans.Remember(migration.Id);
        await migrations.ChangeAsync(
            migration.Id, row => row.LeaseOwner == reserved.LeaseOwner ? row.Released() : null, CancellationToken.None);
        work.Set();
        Triggered(migration.Id, instance, accountId);
        return migration;
    }

    /// <summary>Has the worker stop, or, where no worker has it, ends the migration at once.</summary>
    public async Task CancelAsync(string instance, string id, CancellationToken ct)
    {
        var migration = await migrations.FindAsync(instance, id, ct) ?? throw new FaultException(Fault.NotFound, "nextcloud migration not found");
        if (migration.Document.Status.IsTerminal())
        {
            throw new FaultException(Fault.Conflict, "nextcloud migration already in a terminal state");
        }

        try
        {
            await commands.CancelAsync(migration, CancellationToken.None);
        }
        catch (Exception e)
        {
            NotPublished(id, e.Reason());
            throw Unavailable(e);
        }

        await migrations.ChangeAsync(id, row => row.Canceled(clock.GetUtcNow()), CancellationToken.None);
        CancelAsked(id, instance);
    }

    /// <summary>The other service may have said so in its own words already.</summary>
    public static string UnreachableBecause(string cause) =>
        cause.StartsWith(Unreachable, StringComparison.Ordinal) ? cause : Unreachable + cause;

    /// <summary>Whose files an order is about, asked of the Nextcloud.</summary>
    /// <exception cref="FaultException">Unauthenticated or BadGateway, with the contract's text; NotFound or Malformed: no such account; Unavailable: nobody could ask.</exception>
    public async Task<SourceOwner> OwnerAsync(string instance, TriggerOrder order, CancellationToken ct)
    {
        try
        {
            return order.Login is { } login
                ? new(AddressOf(login.Url), await remote.ProbeAsync(instance, login, ct))
                : await remote.IdentifyAsync(instance, order.AccountId, ct);
        }
        catch (FaultException e) when (order.Login is null && e.Fault is Fault.NotFound or Fault.Malformed)
        {
            throw;
        }
        catch (FaultException e) when (e.Fault is Fault.Unauthenticated or Fault.Forbidden)
        {
            throw new FaultException(Fault.Unauthenticated, "nextcloud credentials are invalid", e);
        }
        catch (FaultException e) when (e is not PeerAwayException)
        {
            throw new FaultException(Fault.BadGateway, UnreachableBecause(e.Message), e);
        }
    }

    private static string AddressOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Path) : url;

    private async Task<TrackedMigration> ReserveAsync(string instance, TriggerOrder order, SourceOwner owner)
    {
        var now = clock.GetUtcNow();
        var migration = new TrackedMigration
        {
            Instance = instance,
            Id = RandomNumberGenerator.GetHexString(32, lowercase: true),
            LeaseOwner = RandomNumberGenerator.GetHexString(32, lowercase: true),
            LeaseUntil = now + Reservation,
            Document = order.Wished.AddTo(new TrackingDocument
            {
                Status = MigrationStatus.Pending,
                TargetDir = order.Target.ToString(),
                SourcePath = order.Source.ToString(),
                NextcloudUrl = Uri.TryCreate(owner.Address, UriKind.Absolute, out var url) ? url.Authority : "",
                Verify = order.Verification?.Text(),
                Prediction = order.Prediction,
                SourceOwner = owner,
                CozyMetadata = new(now),
            }),
        };
        while (!await migrations.TryAddAsync(migration, clock.GetUtcNow(), CancellationToken.None))
        {
            await RequireFreeAsync(instance, CancellationToken.None);
        }

        return migration;
    }

    /// <summary>Waits a little for another order that is being taken. It may come to nothing, and of one whose process died nobody knows yet.</summary>
    /// <exception cref="FaultException">Conflict: there is a migration; Unavailable: the other order is still undecided.</exception>
    private async Task RequireFreeAsync(string instance, CancellationToken ct)
    {
        var since = clock.GetTimestamp();
        while (await migrations.FindOccupancyAsync(instance, clock.GetUtcNow(), ct) is not Occupancy.Free and var occupancy)
        {
            if (occupancy == Occupancy.Taken)
            {
                throw AlreadyInProgress();
            }

            if (clock.GetElapsedTime(since) > PatienceWithReservation)
            {
                throw new FaultException(Fault.Unavailable, "another nextcloud migration is being ordered, please retry later") { RetryAfter = PatienceWithReservation };
            }

            await Task.Delay(BetweenLooks, clock, ct);
        }
    }

    private async Task<string> SaveAccountAsync(TrackedMigration reserved, NextcloudLogin login, string userId)
    {
        try
        {
            return await remote.SaveAccountAsync(reserved.Instance, login, userId, CancellationToken.None);
        }
        catch (Exception e)
        {
            await migrations.RemoveReservationAsync(reserved.Id, reserved.LeaseOwner!, CancellationToken.None);
            throw e as PeerAwayException ?? new FaultException(Fault.Internal, "the account could not be saved", e);
        }
    }

    private async Task PublishAsync(TrackedMigration migration)
    {
        try
        {
            await commands.RequestAsync(migration, CancellationToken.None);
        }
        catch (Exception e)
        {
            NotPublished(migration.Id, e.Reason());
            await migrations.ChangeAsync(
                migration.Id, row => row.FailedBeforeStart($"publish migration command: {e.Message}", clock.GetUtcNow()), CancellationToken.None);
            throw Unavailable(e);
        }
    }

    private static FaultException AlreadyInProgress() => new(Fault.Conflict, "a nextcloud migration is already in progress");

    private static FaultException Unavailable(Exception e) =>
        new(Fault.Unavailable, "migration service is unavailable, please retry later", e);

    [LoggerMessage(LogLevel.Information, "Migration {Id} of {Instance} triggered, account {Account}", EventName = "migration.triggered")]
    private partial void Triggered(string id, string instance, string account);

    [LoggerMessage(LogLevel.Information, "Cancel of migration {Id} of {Instance} asked for", EventName = "migration.cancel_asked")]
    private partial void CancelAsked(string id, string instance);

    [LoggerMessage(LogLevel.Error, "A command about migration {Id} cannot be published: {Reason}", EventName = "migration.not_published")]
    private partial void NotPublished(string id, string reason);
}
