using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// Collects what happens during a run and puts it on record in its order, many changes a transaction. A crash loses the
/// last moment of it at most, and what is lost is done again, which changes nothing.
/// </summary>
internal sealed class Journal(ILedger ledger, Lease lease, TimeProvider clock) : IDisposable
{
    private const int Many = 500;

    private readonly SemaphoreSlim committing = new(1, 1);
    private readonly Lock adding = new();
    private List<LedgerChange> waiting = [];
    private bool loaded;

    public string Migration => lease.Id;

    /// <summary>Signaled when something new is on record.</summary>
    public Signal Committed { get; } = new();

    /// <summary>What is on its way, and on no record before it is here.</summary>
    public InFlight InFlight { get; } = new();

    /// <summary>Of what is on record.</summary>
    public LedgerTotals Totals { get; private set; } = LedgerTotals.None;

    /// <summary>Counts anew, so that the totals do not rest on what was added up on the way.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        Totals = await ledger.CountAsync(lease.Id, ct);
        loaded = true;
    }

    /// <summary>Waits for the record when much is waiting for it, so that no listing fills the memory.</summary>
    public async ValueTask AddAsync(LedgerChange change, CancellationToken ct)
    {
        int count;
        lock (adding)
        {
            waiting.Add(change);
            count = waiting.Count;
        }

        if (count >= Many)
        {
            await CommitAsync(ct);
        }
    }

    public ValueTask GiveUpAsync(LedgerLine line, FaultException why, int attempts, CancellationToken ct) =>
        AddAsync(new LedgerChange.GivenUp(line, why.Message, attempts, clock.GetUtcNow()) { Reason = Reasons.Of(why.Fault) }, ct);

    /// <summary>Puts on record all that was added before.</summary>
    public async Task CommitAsync(CancellationToken ct)
    {
        await committing.WaitAsync(ct);
        try
        {
            List<LedgerChange> changes;
            lock (adding)
            {
                (changes, waiting) = (waiting, []);
            }

            if (changes.Count > 0)
            {
                await WriteAsync(changes);
                Committed.Set();
            }
        }
        finally
        {
            committing.Release();
        }
    }

    /// <summary>The last commit of a run that stops before its end, wherever that is.</summary>
    public async Task CloseAsync()
    {
        await CommitAsync(CancellationToken.None);
        if (!loaded)
        {
            await LoadAsync(CancellationToken.None);
        }
    }

    /// <summary>Commits at every tick until the timer is disposed.</summary>
    public async Task KeepAsync(PeriodicTimer timer, CancellationToken ct)
    {
        while (await timer.WaitForNextTickAsync(ct))
        {
            await CommitAsync(ct);
        }
    }

    public void Dispose() => committing.Dispose();

    private async Task WriteAsync(List<LedgerChange> changes)
    {
        try
        {
            FaultPoint.Pass(FaultPoint.LedgerDue);
            var moved = await ledger.WriteAsync(lease.Id, lease.Owner, changes, CancellationToken.None);
            Totals += moved;
            MigrationMetrics.Move(moved);
            FaultPoint.Pass(FaultPoint.LedgerWritten);
        }
        catch
        {
            // They keep their place: a folder must not be on record as listed before its entries are.
            lock (adding)
            {
                changes.AddRange(waiting);
                waiting = changes;
            }

            throw;
        }
    }
}
