using Shared.Faults;

namespace Migration.Migrations;

/// <summary>What one migration asks of the Nextcloud and the drive: each question again while the answer may change, but not for ever.</summary>
internal sealed class Source(TrackedMigration migration, IRemoteFiles remote, MigrationOptions options, TimeProvider clock)
{
    private const string AnotherOwner = "the nextcloud account of this migration now belongs to another server or user";
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly string instance = migration.Instance;
    private readonly string account = migration.Document.AccountId;
    private readonly Verification verification = Verifications.Read(migration.Document.Verify ?? "") ?? options.Verify;
    private readonly Obstacles obstacles = new(remote, migration.Instance, migration.Document.AccountId, clock);

    public CleanPath Folder { get; } = CleanPath.Normalise(migration.Document.SourcePath);

    public CleanPath Target { get; } = CleanPath.Normalise(migration.Document.TargetDir);

    /// <summary>What of the source is asked for.</summary>
    public Scope Scope { get; private set; } = Scope.Of(migration.Document);

    /// <summary>Bytes of the whole source. A source that is itself a share was chosen: what is in it is not left out for that.</summary>
    public async Task<long> SizeAsync(CancellationToken ct)
    {
        var size = await AskAsync(() => remote.GetSizeAsync(instance, account, Folder, ct), ct);
        Scope = Scope.With(size.Kind);
        return size.Bytes;
    }

    public Task<long?> FreeSpaceAsync(CancellationToken ct) => AskAsync(() => remote.GetFreeSpaceAsync(instance, ct), ct);

    public IAsyncEnumerable<SourceEntry> ListAsync(CleanPath folder, CancellationToken ct) => remote.ListAsync(instance, account, folder, ct);

    public IAsyncEnumerable<SourceEntry> ListAllBelowAsync(CleanPath folder, CancellationToken ct) =>
        remote.ListAllBelowAsync(instance, account, folder, ct);

    public Task<string> MakeDirectoryAsync(SourceEntry folder, CancellationToken ct) =>
        remote.MakeDirectoryAsync(instance, folder.Path.Rebase(Folder, Target), folder, ct);

    public Task<FetchedFile> FetchAsync(LedgerLine file, IProgress<long> arriving, CancellationToken ct) =>
        remote.FetchAsync(instance, account, file.Entry, file.ParentDirectory, verification.Takes(file.Entry), arriving, ct);

    public IAsyncEnumerable<(int Index, FetchedFile Result)> FetchManyAsync(SmallFiles batch, CancellationToken ct) =>
        remote.FetchManyAsync(instance, account, batch with { Verification = verification }, ct);

    public Task<IReadOnlyList<CopyState>> CheckCopiesAsync(IReadOnlyList<KnownCopy> copies, CancellationToken ct) =>
        AskAsync(() => remote.CheckCopiesAsync(instance, copies, ct), ct);

    public Task RemoveLeftAsync(IReadOnlyList<EarlierLine> folders, CancellationToken ct) => AskAsync(
        async () =>
        {
            await remote.RemoveLeftDirectoriesAsync(instance, [.. folders.Select(folder => new LeftDirectory(folder.FileId, folder.Entry.Path.Rebase(Folder, Target)))], ct);
            return true;
        },
        ct);

    public Task<SourceFate> DeleteAsync(ArrivedEntry arrived, CancellationToken ct) =>
        remote.DeleteSourceAsync(instance, account, arrived, ct);

    /// <summary>Asks whether the source is there at all.</summary>
    /// <exception cref="RunStoppedException">It is not.</exception>
    public Task CheckUpAsync(CancellationToken ct) => obstacles.CheckSourceAsync(ct);

    /// <summary>Returns when the fault says nothing about the next file.</summary>
    /// <exception cref="RunStoppedException">No other try, nor any other file, can succeed.</exception>
    public Task CheckAsync(FaultException fault, CancellationToken ct) => obstacles.CheckAsync(fault, ct);

    /// <summary>Asks the Nextcloud who the account belongs to.</summary>
    /// <exception cref="FaultException">Conflict: not whom the files were migrated from.</exception>
    public async Task CheckOwnerAsync(CancellationToken ct)
    {
        if (!IsPinned(await remote.IdentifyAsync(instance, account, ct)))
        {
            throw new FaultException(Fault.Conflict, AnotherOwner);
        }
    }

    /// <summary>The same before a run goes on with what another began, where an owner is known.</summary>
    /// <exception cref="RunStoppedException">It is another by now, or nobody can say.</exception>
    public async Task ConfirmOwnerAsync(CancellationToken ct)
    {
        try
        {
            if (migration.Document.SourceOwner is not null && !IsPinned(await AskAsync(() => remote.IdentifyAsync(instance, account, ct), ct)))
            {
                throw new RunStoppedException(Fault.Conflict, AnotherOwner);
            }
        }
        catch (FaultException e)
        {
            throw new RunStoppedException(e.Fault, $"The Nextcloud does not say whose its files are: {e.Message}") { WaitFor = WaitReasons.Source };
        }
    }

    private bool IsPinned(SourceOwner owner) =>
        migration.Document.SourceOwner is { } pinned && new Uri(pinned.Address) == new Uri(owner.Address) && pinned.UserId == owner.UserId;

    /// <summary>
    /// Tries again, later and later, while the fault is one that passes.
    /// </summary>
    /// <param name="attempt">What is tried; it is told which try this is, from 1.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="RunStoppedException">No other try, nor any other file, can succeed.</exception>
    public async Task<T> AskAsync<T>(Func<int, Task<T>> attempt, CancellationToken ct)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                return await attempt(number);
            }
            catch (FaultException e)
            {
                await obstacles.CheckAsync(e, ct);
                if (number == options.Attempts || !MayPass(e.Fault))
                {
                    throw;
                }

                await Task.Delay(DelayAfter(number), clock, ct);
            }
        }
    }

    private Task<T> AskAsync<T>(Func<Task<T>> attempt, CancellationToken ct) => AskAsync(_ => attempt(), ct);

    private static bool MayPass(Fault fault) =>
        fault is Fault.Unauthenticated or Fault.Unavailable or Fault.Maintenance or Fault.BadGateway or Fault.Locked or Fault.Internal or Fault.Conflict or Fault.PreconditionFailed;

    // Half to one and a half of the doubled delay, so that files that failed together do not come back together.
    private TimeSpan DelayAfter(int attempt)
    {
        var delay = options.RetryDelay * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble());
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
