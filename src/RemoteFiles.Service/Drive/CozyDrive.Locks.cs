using RemoteFiles.Files;

namespace RemoteFiles.Drive;

// Locks stand in the database, so that they hold for every replica and over a restart.
internal sealed partial class CozyDrive
{
    public async Task<Placed> LockAsync(DriveLock wanted, Terms terms, CancellationToken ct)
    {
        // An empty content is stored beforehand, in case that nothing is there; the sweep finds it otherwise.
        var there = await StatAsync(wanted.Path, ct) is not null;
        var empty = there ? null : await store.Blobs.WriteAsync(new() { Body = Stream.Null }, room: null, ct);
        return await WriteAsync(
            async nodes =>
            {
                var node = await nodes.FindAsync(wanted.Path);
                await AdmitAsync(nodes, terms, node is null ? [(wanted.Path, Reach.Member)] : []);
                await nodes.Locks.AddAsync(wanted, store.Now);
                if (node is not null)
                {
                    return new Placed(node.ToEntry(wanted.Path), IsNew: false);
                }

                var (parent, _) = await TargetAsync(nodes, wanted.Path, overwrite: false);
                var upload = new Upload { Body = Stream.Null };
                var made = await CommitAsync(nodes, new(wanted.Path, parent, null), upload, empty ?? throw DriveFaults.NotFound(), quota: null);
                return new Placed(made.Stored, IsNew: true);
            },
            ct);
    }

    public Task<DriveLock?> RefreshLockAsync(FilePath path, string token, TimeSpan timeout, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var held = (await nodes.Locks.ListAsync(store.Now)).Find(held => held.Token == token && held.Covers(path));
            if (held is null)
            {
                return null;
            }

            var refreshed = held with { Timeout = timeout, ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(store.Now) + timeout };
            await nodes.Locks.RefreshAsync(refreshed);
            return refreshed;
        },
        ct);

    public Task<bool> UnlockAsync(FilePath path, string token, CancellationToken ct) => WriteAsync(
        async nodes =>
        {
            var isHeld = (await nodes.Locks.ListAsync(store.Now)).Exists(held => held.Token == token && held.Covers(path));
            await nodes.Locks.RemoveAsync(isHeld ? [token] : []);
            return isHeld;
        },
        ct);

    public Task<IReadOnlyList<DriveLock>> LocksAroundAsync(FilePath path, CancellationToken ct) => ReadAsync<IReadOnlyList<DriveLock>>(
        async nodes => (await nodes.Locks.ListAsync(store.Now)).FindAll(held => held.Covers(path) || path.Contains(held.Path)), ct);

    // Whoever shows no token is bound like everybody else: every change that comes without terms asks here.
    private async Task DemandFreeAsync(Nodes nodes, Reach reach, FilePath path) =>
        await nodes.Locks.DemandAsync(path, reach, new HashSet<string>(), store.Now);

    private async Task DemandFreeAsync(Nodes nodes, Reach reach, Node node)
    {
        if (await nodes.Locks.AnyAsync(store.Now))
        {
            await DemandFreeAsync(nodes, reach, await nodes.PathOfAsync(node.Id));
        }
    }

    private async Task DemandFreeAsync(Nodes nodes, Reach reach, Node folder, string name)
    {
        if (await nodes.Locks.AnyAsync(store.Now))
        {
            await DemandFreeAsync(nodes, reach, (await nodes.PathOfAsync(folder.Id)).Child(name));
        }
    }
}
