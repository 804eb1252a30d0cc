using Migration.Migrations;
using Shared.Faults;

namespace Migration.Tests.Fakes;

internal sealed class KillableCleanups(ICleanups inner, Kill kill) : ICleanups
{
    public Task OrderAsync(string instance, string migration, CancellationToken ct) => inner.OrderAsync(instance, migration, ct);

    public Task<CleanupState?> FindAsync(string migration, CancellationToken ct) => inner.FindAsync(migration, ct);

    public Task<CleanupJob?> TakeAsync(string owner, DateTimeOffset now, DateTimeOffset until, CancellationToken ct) =>
        kill.Killed.IsCompleted ? kill.StepAsync(() => inner.TakeAsync(owner, now, until, ct)) : inner.TakeAsync(owner, now, until, ct);

    public Task<bool> RenewAsync(string migration, string owner, DateTimeOffset until, CancellationToken ct) =>
        kill.StepAsync(() => inner.RenewAsync(migration, owner, until, ct));

    public Task ReleaseAsync(string migration, string owner, CancellationToken ct) => kill.StepAsync(() => inner.ReleaseAsync(migration, owner, ct));

    public Task<long> CountMissingAsync(string migration, CancellationToken ct) => inner.CountMissingAsync(migration, ct);

    public Task<long> CountArrivedAsync(string migration, CancellationToken ct) => inner.CountArrivedAsync(migration, ct);

    public Task<IReadOnlyList<ArrivedEntry>> FilesAsync(string migration, long after, int limit, CancellationToken ct) =>
        kill.StepAsync(() => inner.FilesAsync(migration, after, limit, ct));

    public Task<IReadOnlyList<ArrivedEntry>> FoldersAsync(string migration, int limit, CancellationToken ct) =>
        kill.StepAsync(() => inner.FoldersAsync(migration, limit, ct));

    public Task SettleAsync(string migration, string owner, long number, string? kept, CancellationToken ct) =>
        kill.StepAsync(() => inner.SettleAsync(migration, owner, number, kept, ct));

    public Task KeepMissingAsync(string migration, string owner, string reason, CancellationToken ct) =>
        kill.StepAsync(() => inner.KeepMissingAsync(migration, owner, reason, ct));

    public Task<CleanupStanding> CountAsync(string migration, int limit, CancellationToken ct) =>
        kill.StepAsync(() => inner.CountAsync(migration, limit, ct));

    public Task<bool> EndAsync(string migration, string owner, FaultException? fault, CancellationToken ct) =>
        kill.StepAsync(() => inner.EndAsync(migration, owner, fault, ct));
}
