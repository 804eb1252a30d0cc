using Migration.Migrations;
using Migration.Tests.Fakes;

namespace Migration.Tests;

/// <summary>What happened is put on record in its order, or not at all.</summary>
public sealed class JournalTests : IAsyncLifetime
{
    private readonly Rig rig = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_commit_that_fails_loses_nothing_and_keeps_the_order()
    {
        var id = await rig.TriggerAsync();
        var (lease, _) = (await Lease.TakeAsync(id, rig.Migrations, rig.Options, TimeProvider.System, Ct))!.Value;
        using var held = lease;
        var broken = new BrokenOnce(rig.Ledger);
        using var journal = new Journal(broken, lease, TimeProvider.System);
        await journal.AddAsync(Seen("/a", 5), Ct);
        await Assert.ThrowsAsync<IOException>(() => journal.CommitAsync(Ct));
        await journal.AddAsync(Seen("/b", 7), Ct);

        await journal.CommitAsync(Ct);

        Assert.Equal(new(2, 12, 0, 0, 0, 0), journal.Totals);
        Assert.Equal(["/a", "/b"], (await rig.Ledger.FilesToBringAsync(id, 0, 10, Ct)).Select(line => line.Entry.Path.ToString()));
    }

    [Fact]
    public async Task The_same_change_twice_counts_once()
    {
        var id = await rig.TriggerAsync();
        var (lease, _) = (await Lease.TakeAsync(id, rig.Migrations, rig.Options, TimeProvider.System, Ct))!.Value;
        using var held = lease;
        await rig.Ledger.WriteAsync(id, lease.Owner, [Seen("/a", 5), Seen("/a", 5)], Ct);
        var line = Assert.Single(await rig.Ledger.FilesToBringAsync(id, 0, 10, Ct));
        LedgerChange brought = new LedgerChange.FileBrought(line, new(FileOutcome.Renamed, "f", "a (2)", 6, ""), 1);
        LedgerChange givenUp = new LedgerChange.GivenUp(line, "late", 4, TimeProvider.System.GetUtcNow());

        var moved = await rig.Ledger.WriteAsync(id, lease.Owner, [brought, brought, givenUp, Seen("/a", 99)], Ct);

        Assert.Equal(new(0, 1, 1, 6, 0, 1), moved);
        Assert.Equal(new(1, 6, 1, 6, 0, 1), await rig.Ledger.CountAsync(id, Ct));
    }

    private static LedgerChange Seen(string path, long size) =>
        new LedgerChange.Seen(null, new("id" + path, CleanPath.Exact(path)!, IsFolder: false, size, $"\"{size}\"", null));

    private sealed class BrokenOnce(ILedger inner) : ILedger
    {
        private bool worked;

        public Task<LedgerTotals> WriteAsync(string migration, string owner, IReadOnlyList<LedgerChange> changes, CancellationToken ct)
        {
            if (worked)
            {
                return inner.WriteAsync(migration, owner, changes, ct);
            }

            worked = true;
            throw new IOException("the disk is full");
        }

        public Task<LedgerTotals> CountAsync(string migration, CancellationToken ct) => inner.CountAsync(migration, ct);

        public Task<EarlierMigration?> FindEarlierAsync(string migration, CancellationToken ct) => inner.FindEarlierAsync(migration, ct);

        public Task<IReadOnlyList<EarlierLine>> EarlierAsync(string earlier, IReadOnlyList<string> sourceIds, CancellationToken ct) =>
            inner.EarlierAsync(earlier, sourceIds, ct);

        public Task<EarlierLine?> WholeFolderAsync(string earlier, CleanPath folder, CancellationToken ct) => inner.WholeFolderAsync(earlier, folder, ct);

        public Task<IReadOnlyList<EarlierLine>> RenamedFoldersAsync(string migration, string earlier, CleanPath? before, int limit, CancellationToken ct) =>
            inner.RenamedFoldersAsync(migration, earlier, before, limit, ct);

        public Task<IReadOnlyList<EarlierLine>> EarlierBelowAsync(string earlier, CleanPath folder, CleanPath after, int limit, CancellationToken ct) =>
            inner.EarlierBelowAsync(earlier, folder, after, limit, ct);

        public Task<FileCounts> TallyAsync(string migration, CancellationToken ct) => inner.TallyAsync(migration, ct);

        public Task<IReadOnlyDictionary<string, long>> LeftOutAsync(string migration, CancellationToken ct) => inner.LeftOutAsync(migration, ct);

        public Task<IReadOnlyList<LedgerLine>> FoldersToWalkAsync(string migration, int limit, CancellationToken ct) =>
            inner.FoldersToWalkAsync(migration, limit, ct);

        public Task<IReadOnlyList<LedgerLine>> FilesToBringAsync(string migration, long after, int limit, CancellationToken ct) =>
            inner.FilesToBringAsync(migration, after, limit, ct);

        public Task<IReadOnlyList<FileError>> ErrorsAsync(string migration, int limit, CancellationToken ct) => inner.ErrorsAsync(migration, limit, ct);

        public Task<IReadOnlyList<RenamedFile>> RenamedAsync(string migration, int limit, CancellationToken ct) =>
            inner.RenamedAsync(migration, limit, ct);
    }
}
