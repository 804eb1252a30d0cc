using System.Collections.Concurrent;
using System.Security.Cryptography;
using Dapper;
using Shared.Access;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Instances;

/// <summary>The tenants of this server: a row each, remembered for a few seconds because every request asks.</summary>
internal sealed class InstanceRegistry(Database database, TimeProvider clock) : IInstances
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (Instance Instance, long? Quota, DateTimeOffset Until)> known = new();

    public async Task<Instance?> FindAsync(string domain, CancellationToken ct)
    {
        if (known.TryGetValue(domain, out var hit) && clock.GetUtcNow() < hit.Until)
        {
            return hit.Instance;
        }

        var row = await RowAsync(domain, ct);
        var name = row is null ? await NameAsync(domain, ct) : null;
        row ??= name is null ? null : await RowAsync(name.Domain, ct);
        if (row is null)
        {
            known.TryRemove(domain, out _);
            return null;
        }

        var instance = new Instance(row.Domain, row.Locale, row.TokenSalt) { IsMoved = name is { IsOld: true } };
        known[domain] = (instance, row.Quota, clock.GetUtcNow() + Remembered);
        return instance;
    }

    /// <summary>After a change: the next question is answered from the database.</summary>
    public void Forget(string domain)
    {
        foreach (var (name, _) in known.Where(one => one.Value.Instance.Domain == domain))
        {
            known.TryRemove(name, out _);
        }
    }

    /// <summary>Bytes the instance may store; null is no limit.</summary>
    public async Task<long?> QuotaAsync(string domain, CancellationToken ct) =>
        known.TryGetValue(domain, out var hit) && clock.GetUtcNow() < hit.Until ? hit.Quota : (await RowAsync(domain, ct))?.Quota;

    public async Task<bool> IsPassphraseAsync(string domain, string passphrase, CancellationToken ct) =>
        await RowAsync(domain, ct) is { } row && PassphraseHash.Matches(passphrase, row.Passphrase);

    public Task<IReadOnlyList<InstanceRow>> ListAsync(CancellationToken ct) => database.ReadAsync(
        async db => (IReadOnlyList<InstanceRow>)(await db.QueryAsync<InstanceRow>(Select + " ORDER BY domain")).AsList(), ct);

    /// <exception cref="FaultException">Malformed: no domain. AlreadyExists: the domain is taken.</exception>
    public async Task<Instance> AddAsync(string domain, string locale, string passphrase, long? quota, InstanceProfile profile, CancellationToken ct)
    {
        domain = Check(domain);
        if (passphrase.Length == 0)
        {
            throw new FaultException(Fault.Malformed, "an instance needs a passphrase");
        }

        var instance = new Instance(domain, locale, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        var row = new
        {
            instance.Domain,
            instance.Locale,
            instance.TokenSalt,
            Passphrase = PassphraseHash.Of(passphrase),
            quota,
            Profile = (profile with { Uuid = profile.Uuid.Length > 0 ? profile.Uuid : Guid.NewGuid().ToString() }).ToJson(),
            Now = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        const string insert = """
            INSERT INTO instances (domain, locale, token_salt, passphrase, quota, created_at, profile)
            SELECT @Domain, @Locale, @TokenSalt, @Passphrase, @quota, @Now, @Profile
            WHERE NOT EXISTS (SELECT 1 FROM instance_names WHERE name = @Domain)
              AND NOT EXISTS (SELECT 1 FROM removed_instances WHERE domain = @Domain) ON CONFLICT DO NOTHING
            """;
        var added = await database.WriteAsync(db => db.ExecuteAsync(insert, row), ct);
        return added == 1 ? instance : throw new FaultException(Fault.AlreadyExists, $"there is an instance {domain} already, or there was one");
    }

    /// <summary>Another name of an instance: an alias, or (old) one whose visitors are sent on.</summary>
    /// <exception cref="FaultException">Malformed: no domain. AlreadyExists: the name is taken.</exception>
    public async Task AddNameAsync(string domain, string name, bool isOld, CancellationToken ct)
    {
        const string insert = """
            INSERT INTO instance_names (name, domain, is_old) SELECT @name, @domain, @isOld
            WHERE NOT EXISTS (SELECT 1 FROM instances WHERE domain = @name)
              AND NOT EXISTS (SELECT 1 FROM removed_instances WHERE domain = @name) ON CONFLICT DO NOTHING
            """;
        name = Check(name);
        if (await database.WriteAsync(db => db.ExecuteAsync(insert, new { name, domain, isOld }), ct) == 0)
        {
            throw new FaultException(Fault.AlreadyExists, $"there is an instance {name} already");
        }
    }

    /// <summary>From now on nobody finds it, and its domain is not given again: nobody meets what another one had there.</summary>
    /// <exception cref="FaultException">NotFound.</exception>
    public async Task RemoveAsync(string domain, CancellationToken ct)
    {
        const string remove = """
            INSERT INTO removed_instances (domain, removed_at) SELECT domain, @now FROM instances WHERE domain = @domain;
            DELETE FROM instance_names WHERE domain = @domain;
            DELETE FROM instances WHERE domain = @domain;
            """;
        if (await RowAsync(domain, ct) is null)
        {
            throw new FaultException(Fault.NotFound, $"there is no instance {domain}");
        }

        await database.WriteAsync(db => db.ExecuteAsync(remove, new { domain, now = clock.GetUtcNow().ToUnixTimeMilliseconds() }), ct);
        Forget(domain);
    }

    public async Task<IReadOnlyList<string>> ListRemovedAsync(CancellationToken ct) =>
        (await database.ReadAsync(db => db.QueryAsync<string>("SELECT domain FROM removed_instances ORDER BY domain"), ct)).AsList();

    private static string Check(string domain) =>
        domain.Trim().ToLowerInvariant() is { Length: > 0 } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '_')
            ? name
            : throw new FaultException(Fault.Malformed, "a domain is letters, digits, '.', '-' and a port, such as alma.localhost:8080");

    private Task<OtherName?> NameAsync(string name, CancellationToken ct)
    {
        const string select = "SELECT domain, is_old AS IsOld FROM instance_names WHERE name = @name";
        return database.ReadAsync(db => db.QuerySingleOrDefaultAsync<OtherName>(select, new { name }), ct);
    }

    private sealed record OtherName
    {
        public string Domain { get; init; } = "";

        public bool IsOld { get; init; }
    }

    private const string Select = "SELECT domain, locale, token_salt AS TokenSalt, passphrase, quota, created_at AS CreatedAt FROM instances";

    private Task<InstanceRow?> RowAsync(string domain, CancellationToken ct) =>
        database.ReadAsync(db => db.QuerySingleOrDefaultAsync<InstanceRow>(Select + " WHERE domain = @domain", new { domain }), ct);
}

/// <summary>A row of the registry; times in Unix milliseconds.</summary>
internal sealed record InstanceRow
{
    public string Domain { get; init; } = "";

    public string Locale { get; init; } = "";

    public string TokenSalt { get; init; } = "";

    public string Passphrase { get; init; } = "";

    public long? Quota { get; init; }

    public long CreatedAt { get; init; }
}
