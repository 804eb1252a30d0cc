using System.Data.Common;
using Dapper;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive;

/// <summary>The locks of one instance within one transaction (RFC 4918 sections 6 and 7). An expired one is none.</summary>
internal sealed class NodeLocks(DbConnection db, string instance)
{
    private const int Most = 1000;

    public async Task<List<DriveLock>> ListAsync(long now) =>
        [.. (await db.QueryAsync<Row>(Select, new { instance, now })).Select(row => row.ToLock())];

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

        await db.ExecuteAsync(Insert, Row.Of(wanted, instance));
    }

    public Task RefreshAsync(DriveLock held) => db.ExecuteAsync(
        "UPDATE node_locks SET timeout = @Timeout, expires_at = @ExpiresAt WHERE instance = @Instance AND token = @Token", Row.Of(held, instance));

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
        SELECT token AS Token, path AS Path, is_deep AS IsDeep, is_exclusive AS IsExclusive, owner AS Owner, timeout AS Timeout, expires_at AS ExpiresAt
        FROM node_locks WHERE instance = @instance AND expires_at > @now
        """;

    private const string Insert = """
        INSERT INTO node_locks (token, instance, path, is_deep, is_exclusive, owner, timeout, expires_at)
        VALUES (@Token, @Instance, @Path, @IsDeep, @IsExclusive, @Owner, @Timeout, @ExpiresAt)
        """;

    private sealed record Row
    {
        public required string Token { get; init; }

        public string Instance { get; init; } = "";

        public required string Path { get; init; }

        public bool IsDeep { get; init; }

        public bool IsExclusive { get; init; }

        public required string Owner { get; init; }

        public long Timeout { get; init; }

        public long ExpiresAt { get; init; }

        public static Row Of(DriveLock held, string instance) => new()
        {
            Token = held.Token,
            Instance = instance,
            Path = held.Path.ToString(),
            IsDeep = held.IsDeep,
            IsExclusive = held.IsExclusive,
            Owner = held.Owner,
            Timeout = (long)held.Timeout.TotalSeconds,
            ExpiresAt = held.ExpiresAt.ToUnixTimeMilliseconds(),
        };

        public DriveLock ToLock() =>
            new(Token, FilePath.Parse(Path), IsDeep, IsExclusive, Owner, TimeSpan.FromSeconds(Timeout), DateTimeOffset.FromUnixTimeMilliseconds(ExpiresAt));
    }
}

/// <summary>How far a change reaches: the thing itself, also the list of its folder, or everything below too.</summary>
internal enum Reach
{
    Content,
    Member,
    Tree,
}
