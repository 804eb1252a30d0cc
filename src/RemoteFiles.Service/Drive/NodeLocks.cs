using System.Data.Common;
using Dapper;
using RemoteFiles.Files;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>The locks of one instance within one transaction (RFC 4918 sections 6 and 7). An expired one is none.</summary>
internal sealed class NodeLocks(DbConnection db, string instance)
{
    private const int Most = 1000;

    public Task<List<DriveLock>> ListAsync(long now) => db.Placed().ListAsync(Select, LockOf, instance, now);

    public Task<bool> AnyAsync(long now) =>
        db.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM node_locks WHERE instance = @instance AND expires_at > @now)", new { instance, now });

    public async Task AddAsync(DriveLock wanted, long now)
    {
        await db.ExecuteAsync("DELETE FROM node_locks WHERE instance = @instance AND expires_at <= @now", new { instance, now });
        var others = await ListAsync(now);
        if (others.Count >= Most)
        {
            throw new FaultException(Fault.OutOfSpace, "there are too many locks");
        }

        var meeting = others.Where(other => other.Covers(wanted.Path) || (wanted.IsDeep && wanted.Path.Contains(other.Path)));
        if (meeting.Any(other => other.IsExclusive || wanted.IsExclusive))
        {
            throw Taken(wanted.Path);
        }

        await db.Placed().RunAsync(
            Insert,
            wanted.Token, instance, wanted.Path.ToString(), wanted.IsDeep, wanted.IsExclusive, wanted.Owner, Seconds(wanted.Timeout), wanted.ExpiresAt.ToUnixTimeMilliseconds());
    }

    public Task RefreshAsync(DriveLock held) => db.Placed().RunAsync(
        "UPDATE node_locks SET timeout = $1, expires_at = $2 WHERE instance = $3 AND token = $4",
        Seconds(held.Timeout), held.ExpiresAt.ToUnixTimeMilliseconds(), instance, held.Token);

    public Task RemoveAsync(params IEnumerable<string> tokens) =>
        db.ExecuteAsync("DELETE FROM node_locks WHERE instance = @instance AND token = @token", tokens.Select(token => new { instance, token }));

    /// <summary>What is deleted or moved away is no longer locked (RFC 4918 sections 7.5 and 9.6).</summary>
    public async Task ReleaseAsync(FilePath path, long now) =>
        await RemoveAsync((await ListAsync(now)).Where(held => path.Contains(held.Path)).Select(held => held.Token));

    /// <summary>Throws Locked when a change of this reach touches a lock that is not held; of shared ones, one is enough.</summary>
    public async Task DemandAsync(FilePath path, Reach reach, IReadOnlySet<string> tokens, long now)
    {
        var touched = (await ListAsync(now)).FindAll(held => held.Covers(path)
            || (reach != Reach.Content && held.Path == path.Parent)
            || (reach == Reach.Tree && path.Contains(held.Path)));
        var shared = touched.FindAll(held => !held.IsExclusive);
        if (touched.Exists(held => held.IsExclusive && !tokens.Contains(held.Token)) || (shared.Count > 0 && !shared.Exists(held => tokens.Contains(held.Token))))
        {
            throw Taken(path);
        }
    }

    private static FaultException Taken(FilePath path) => new(Fault.Locked, $"{path} is locked");

    private const string Select = """
        SELECT token, path, is_deep, is_exclusive, owner, timeout, expires_at FROM node_locks WHERE instance = $1 AND expires_at > $2
        """;

    private const string Insert = """
        INSERT INTO node_locks (token, instance, path, is_deep, is_exclusive, owner, timeout, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private static long Seconds(TimeSpan timeout) => (long)timeout.TotalSeconds;

    private static DriveLock LockOf(IRow row) => new(
        row.Text(0), FilePath.Parse(row.Text(1)), row.Flag(2), row.Flag(3), row.Text(4), TimeSpan.FromSeconds(row.Number(5)), DateTimeOffset.FromUnixTimeMilliseconds(row.Number(6)));
}

/// <summary>How far a change reaches: the thing itself, also the list of its folder, or everything below too.</summary>
internal enum Reach
{
    Content,
    Member,
    Tree,
}
