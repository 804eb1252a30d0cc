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
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS instances (
          domain TEXT PRIMARY KEY, locale TEXT NOT NULL, token_salt TEXT NOT NULL,
          passphrase TEXT NOT NULL, quota INTEGER, created_at INTEGER NOT NULL,
          profile TEXT NOT NULL DEFAULT '{}', profile_rev TEXT NOT NULL DEFAULT '');
        """;

    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (Instance Instance, DateTimeOffset Until)> known = new();

    public async Task<Instance?> FindAsync(string domain, CancellationToken ct)
    {
        if (known.TryGetValue(domain, out var hit) && clock.GetUtcNow() < hit.Until)
        {
            return hit.Instance;
        }

        var row = await RowAsync(domain, ct);
        if (row is null)
        {
            known.TryRemove(domain, out _);
            return null;
        }

        var instance = new Instance(row.Domain, row.Locale, row.TokenSalt);
        known[domain] = (instance, clock.GetUtcNow() + Remembered);
        return instance;
    }

    /// <summary>After a change: the next question is answered from the database.</summary>
    public void Forget(string domain) => known.TryRemove(domain, out _);

    /// <summary>Bytes the instance may store; null is no limit.</summary>
    public async Task<long?> QuotaAsync(string domain, CancellationToken ct) => (await RowAsync(domain, ct))?.Quota;

    public async Task<bool> IsPassphraseAsync(string domain, string passphrase, CancellationToken ct) =>
        await RowAsync(domain, ct) is { } row && PassphraseHash.Matches(passphrase, row.Passphrase);

    public Task<IReadOnlyList<InstanceRow>> ListAsync(CancellationToken ct) => database.ReadAsync(
        async db => (IReadOnlyList<InstanceRow>)(await db.QueryAsync<InstanceRow>(Select + " ORDER BY domain")).AsList(), ct);

    /// <exception cref="FaultException">Malformed: no domain. AlreadyExists: the domain is taken.</exception>
    public async Task<Instance> AddAsync(string domain, string locale, string passphrase, long? quota, InstanceProfile profile, CancellationToken ct)
    {
        domain = domain.Trim().ToLowerInvariant();
        if (domain.Length == 0 || domain.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '_')))
        {
            throw new FaultException(Fault.Malformed, "a domain is letters, digits, '.', '-' and a port, such as alma.localhost:8080");
        }

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
            VALUES (@Domain, @Locale, @TokenSalt, @Passphrase, @quota, @Now, @Profile) ON CONFLICT DO NOTHING
            """;
        var added = await database.WriteAsync(db => db.ExecuteAsync(insert, row), ct);
        return added == 1 ? instance : throw new FaultException(Fault.AlreadyExists, $"there is an instance {domain} already");
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
