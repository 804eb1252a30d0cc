using System.Security.Cryptography;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// The right to work on one migration, for a while. It is renewed by its own clock, not by progress, and when it is lost
/// everything done in its name stops without writing.
/// </summary>
internal sealed class Lease : IDisposable
{
    private readonly IMigrations migrations;
    private readonly MigrationOptions options;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource ended = new();
    private DateTimeOffset until;

    private Lease(IMigrations migrations, MigrationOptions options, TimeProvider clock, string id, string owner)
    {
        this.migrations = migrations;
        this.options = options;
        this.clock = clock;
        Id = id;
        Owner = owner;
    }

    public string Id { get; }

    /// <summary>Different for every lease ever taken, so that a worker cannot take a successor's lease for its own.</summary>
    public string Owner { get; }

    /// <summary>Set when the lease is lost, or the migration shall be canceled.</summary>
    public CancellationToken Ended => ended.Token;

    public bool IsCancelRequested { get; private set; }

    /// <summary>Null when another one has it, or there is nothing left to do.</summary>
    public static async Task<(Lease Lease, TrackedMigration Migration)?> TakeAsync(
        string id, IMigrations migrations, MigrationOptions options, TimeProvider clock, CancellationToken ct)
    {
        var lease = new Lease(migrations, options, clock, id, RandomNumberGenerator.GetHexString(32, lowercase: true));
        var now = clock.GetUtcNow();
        lease.until = now + options.Lease;
        var isTakeover = false;
        var taken = await migrations.ChangeAsync(
            id,
            row =>
            {
                isTakeover = row.LeaseOwner is not null;
                return row.TakenBy(lease.Owner, lease.until, now);
            },
            ct);
        if (taken is null)
        {
            lease.Dispose();
            return null;
        }

        FaultPoint.Pass(FaultPoint.LeaseTaken);
        if (isTakeover)
        {
            MigrationMetrics.TakeOver();
        }

        lease.See(cancelRequested: taken.Document.CancelRequested == true);
        return (lease, taken);
    }

    /// <summary>Renews until it is over, or until there is no more to renew.</summary>
    /// <param name="unanswered">Told when the database did not answer.</param>
    /// <param name="ct">The run is over.</param>
    public async Task KeepAsync(Action<Exception> unanswered, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.LeaseCheck, clock);
        try
        {
            while (!ended.IsCancellationRequested)
            {
                await timer.WaitForNextTickAsync(ct);
                await CheckAsync(unanswered, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    /// <summary>Writes the document's next state.</summary>
    /// <exception cref="LeaseLostException">Nothing was written.</exception>
    public async Task<TrackedMigration> WriteAsync(Func<TrackingDocument, TrackingDocument> next, CancellationToken ct) =>
        await migrations.ChangeAsync(Id, row => row.LeaseOwner == Owner ? row with { Document = next(row.Document) } : null, ct)
        ?? throw new LeaseLostException(Id);

    /// <summary>Lets the next worker begin at once.</summary>
    public Task ReleaseAsync(CancellationToken ct) =>
        migrations.ChangeAsync(Id, row => row.LeaseOwner == Owner ? row.Released() : null, ct);

    /// <summary>Lets the next worker look at this moment.</summary>
    public Task LeaveAsync(DateTimeOffset look, CancellationToken ct) =>
        migrations.ChangeAsync(Id, row => row.LeaseOwner == Owner ? row.LeftUntil(look) : null, ct);

    public void Dispose() => ended.Dispose();

    private async Task CheckAsync(Action<Exception> unanswered, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        try
        {
            var view = await migrations.ViewLeaseAsync(Id, ct);
            var held = view?.Owner == Owner;
            if (held && until - now <= options.Lease - options.LeaseRenewal)
            {
                held = await migrations.RenewLeaseAsync(Id, Owner, now + options.Lease, ct);
                until = now + options.Lease;
            }

            if (!held)
            {
                await ended.CancelAsync();
            }
            else
            {
                See(view!.CancelRequested);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            unanswered(e);

            // The lease is good until its time is over; the next tick asks again.
            if (clock.GetUtcNow() >= until)
            {
                await ended.CancelAsync();
            }
        }
    }

    private void See(bool cancelRequested)
    {
        if (cancelRequested)
        {
            IsCancelRequested = true;
            ended.Cancel();
        }
    }
}
