using System.Runtime.CompilerServices;
using Migration.Migrations;

namespace Migration.Tests.Fakes;

/// <summary>
/// The end of a process, at a chosen step: from there on nothing that it began comes back, and nothing new begins. The
/// step itself may have taken effect or not.
/// </summary>
internal sealed class Kill(int atStep, bool afterItsEffect)
{
    private readonly TaskCompletionSource killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int steps;

    public Task Killed => killed.Task;

    public async Task<T> StepAsync<T>(Func<Task<T>> step)
    {
        var number = Interlocked.Increment(ref steps);
        if (number > atStep || (number == atStep && !afterItsEffect))
        {
            await EndAsync();
        }

        var result = await step();
        if (number == atStep || Killed.IsCompleted)
        {
            await EndAsync();
        }

        return result;
    }

    public Task StepAsync(Func<Task> step) => StepAsync(async () =>
    {
        await step();
        return 0;
    });

    private Task EndAsync()
    {
        killed.TrySetResult();
        return new TaskCompletionSource().Task;
    }
}

internal sealed class KillableMigrations(IMigrations inner, Kill kill) : IMigrations
{
    public Task<Occupancy> FindOccupancyAsync(string instance, DateTimeOffset now, CancellationToken ct) => inner.FindOccupancyAsync(instance, now, ct);

    public Task<bool> TryAddAsync(TrackedMigration migration, DateTimeOffset now, CancellationToken ct) => inner.TryAddAsync(migration, now, ct);

    public Task RemoveReservationAsync(string id, string owner, CancellationToken ct) => inner.RemoveReservationAsync(id, owner, ct);

    public Task<TrackedMigration?> FindAsync(string instance, string id, CancellationToken ct) => inner.FindAsync(instance, id, ct);

    public Task<TrackedMigration?> FindLatestAsync(string instance, CancellationToken ct) => inner.FindLatestAsync(instance, ct);

    public Task<IReadOnlyList<TrackedMigration>> ListAsync(string instance, CancellationToken ct) => inner.ListAsync(instance, ct);

    public Task<bool> IsRemovedAsync(string instance, string id, CancellationToken ct) => inner.IsRemovedAsync(instance, id, ct);

    public Task<TrackedMigration?> ReviseAsync(
        string instance, string id, Func<TrackedMigration, TrackedMigration?> next, CancellationToken ct) =>
        kill.StepAsync(() => inner.ReviseAsync(instance, id, next, ct));

    public Task<bool> RemoveAsync(string instance, string id, Func<TrackedMigration, bool> may, CancellationToken ct) =>
        inner.RemoveAsync(instance, id, may, ct);

    public Task<IReadOnlyList<string>> FindWaitingAsync(DateTimeOffset now, int limit, CancellationToken ct) =>
        kill.Killed.IsCompleted ? kill.StepAsync(() => inner.FindWaitingAsync(now, limit, ct)) : inner.FindWaitingAsync(now, limit, ct);

    public Task<TrackedMigration?> ChangeAsync(string id, Func<TrackedMigration, TrackedMigration?> next, CancellationToken ct) =>
        kill.StepAsync(() => inner.ChangeAsync(id, next, ct));

    public Task<LeaseView?> ViewLeaseAsync(string id, CancellationToken ct) => kill.StepAsync(() => inner.ViewLeaseAsync(id, ct));

    public Task<bool> RenewLeaseAsync(string id, string owner, DateTimeOffset until, CancellationToken ct) =>
        kill.StepAsync(() => inner.RenewLeaseAsync(id, owner, until, ct));
}

internal sealed class KillableLedger(ILedger inner, Kill kill) : ILedger
{
    public Task<LedgerTotals> WriteAsync(string migration, string owner, IReadOnlyList<LedgerChange> changes, CancellationToken ct) =>
        kill.StepAsync(() => inner.WriteAsync(migration, owner, changes, ct));

    public Task<LedgerTotals> CountAsync(string migration, CancellationToken ct) => kill.StepAsync(() => inner.CountAsync(migration, ct));

    public Task<EarlierMigration?> FindEarlierAsync(string migration, CancellationToken ct) => kill.StepAsync(() => inner.FindEarlierAsync(migration, ct));

    public Task<IReadOnlyList<EarlierLine>> EarlierAsync(string earlier, IReadOnlyList<string> sourceIds, CancellationToken ct) =>
        kill.StepAsync(() => inner.EarlierAsync(earlier, sourceIds, ct));

    public Task<EarlierLine?> WholeFolderAsync(string earlier, CleanPath folder, CancellationToken ct) =>
        kill.StepAsync(() => inner.WholeFolderAsync(earlier, folder, ct));

    public Task<IReadOnlyList<EarlierLine>> RenamedFoldersAsync(string migration, string earlier, CleanPath? before, int limit, CancellationToken ct) =>
        kill.StepAsync(() => inner.RenamedFoldersAsync(migration, earlier, before, limit, ct));

    public Task<IReadOnlyList<EarlierLine>> EarlierBelowAsync(string earlier, CleanPath folder, CleanPath after, int limit, CancellationToken ct) =>
        kill.StepAsync(() => inner.EarlierBelowAsync(earlier, folder, after, limit, ct));

    public Task<FileCounts> TallyAsync(string migration, CancellationToken ct) => kill.StepAsync(() => inner.TallyAsync(migration, ct));

    public Task<IReadOnlyDictionary<string, long>> LeftOutAsync(string migration, CancellationToken ct) =>
        kill.StepAsync(() => inner.LeftOutAsync(migration, ct));

    public Task<IReadOnlyList<LedgerLine>> FoldersToWalkAsync(string migration, int limit, CancellationToken ct) =>
        kill.StepAsync(() => inner.FoldersToWalkAsync(migration, limit, ct));

    public Task<IReadOnlyList<LedgerLine>> FilesToBringAsync(string migration, long after, int limit, CancellationToken ct) =>
        kill.StepAsync(() => inner.FilesToBringAsync(migration, after, limit, ct));

    public Task<IReadOnlyList<FileError>> ErrorsAsync(string migration, int limit, CancellationToken ct) =>
        kill.StepAsync(() => inner.ErrorsAsync(migration, limit, ct));

    public Task<IReadOnlyList<RenamedFile>> RenamedAsync(string migration, int limit, CancellationToken ct) =>
        kill.StepAsync(() => inner.RenamedAsync(migration, limit, ct));
}

internal sealed class KillableRemote(IRemoteFiles inner, Kill kill) : IRemoteFiles
{
    public Task<string> ProbeAsync(string instance, NextcloudLogin login, CancellationToken ct) => inner.ProbeAsync(instance, login, ct);

    public Task<string> SaveAccountAsync(string instance, NextcloudLogin login, string userId, CancellationToken ct) =>
        inner.SaveAccountAsync(instance, login, userId, ct);

    public Task<long?> GetFreeSpaceAsync(string instance, CancellationToken ct) => kill.StepAsync(() => inner.GetFreeSpaceAsync(instance, ct));

    public Task<SourceSize> GetSizeAsync(string instance, string accountId, CleanPath folder, CancellationToken ct) =>
        kill.StepAsync(() => inner.GetSizeAsync(instance, accountId, folder, ct));

    public Task<SourceSize> GetSizeAsync(string instance, Visitor visitor, CleanPath folder, CancellationToken ct) =>
        inner.GetSizeAsync(instance, visitor, folder, ct);

    public IAsyncEnumerable<(SourceEntry Entry, Taken Taken)> SurveyAsync(
        string instance, Visitor visitor, CleanPath folder, CleanPath target, CancellationToken ct) => inner.SurveyAsync(instance, visitor, folder, target, ct);

    public async IAsyncEnumerable<SourceEntry> ListAsync(
        string instance, string accountId, CleanPath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var entry in inner.ListAsync(instance, accountId, folder, ct))
        {
            await kill.StepAsync(() => Task.CompletedTask);
            yield return entry;
        }
    }

    public async IAsyncEnumerable<SourceEntry> ListAllBelowAsync(
        string instance, string accountId, CleanPath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var entry in inner.ListAllBelowAsync(instance, accountId, folder, ct))
        {
            await kill.StepAsync(() => Task.CompletedTask);
            yield return entry;
        }
    }

    public async IAsyncEnumerable<(int Index, FetchedFile Result)> FetchManyAsync(
        string instance, string accountId, SmallFiles batch, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var file in inner.FetchManyAsync(instance, accountId, batch, ct))
        {
            await kill.StepAsync(() => Task.CompletedTask);
            yield return file;
        }
    }

    public Task<string> MakeDirectoryAsync(string instance, CleanPath directory, SourceEntry like, CancellationToken ct) =>
        kill.StepAsync(() => inner.MakeDirectoryAsync(instance, directory, like, ct));

    public Task<FetchedFile> FetchAsync(
        string instance, string accountId, SourceEntry file, string directoryId, bool withHash, IProgress<long> arriving, CancellationToken ct) =>
        kill.StepAsync(() => inner.FetchAsync(instance, accountId, file, directoryId, withHash, arriving, ct));

    public Task<IReadOnlyList<CopyState>> CheckCopiesAsync(string instance, IReadOnlyList<KnownCopy> copies, CancellationToken ct) =>
        kill.StepAsync(() => inner.CheckCopiesAsync(instance, copies, ct));

    public Task RemoveLeftDirectoriesAsync(string instance, IReadOnlyList<LeftDirectory> directories, CancellationToken ct) => kill.StepAsync(
        async () =>
        {
            await inner.RemoveLeftDirectoriesAsync(instance, directories, ct);
            return true;
        });

    public Task<SourceOwner> IdentifyAsync(string instance, string accountId, CancellationToken ct) =>
        kill.StepAsync(() => inner.IdentifyAsync(instance, accountId, ct));

    public Task CheckUpAsync(string instance, string accountId, CancellationToken ct) =>
        kill.StepAsync(() => inner.CheckUpAsync(instance, accountId, ct));

    public Task RenewPasswordAsync(string instance, string accountId, string userId, string password, CancellationToken ct) =>
        inner.RenewPasswordAsync(instance, accountId, userId, password, ct);

    public Task<SourceFate> DeleteSourceAsync(string instance, string accountId, ArrivedEntry arrived, CancellationToken ct) =>
        kill.StepAsync(() => inner.DeleteSourceAsync(instance, accountId, arrived, ct));
}
