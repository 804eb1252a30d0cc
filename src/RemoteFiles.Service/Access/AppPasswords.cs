using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Access;

/// <summary>Passwords of apps that sync with an instance's drive: shown once, hashed at rest, revoked one by one.</summary>
internal sealed class AppPasswords(Database database, TimeProvider clock)
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private const string Select = "SELECT id, name, created_at AS CreatedAt, used_at AS UsedAt, revoked_at AS RevokedAt FROM app_passwords";
    private const int LongestName = 200;
    private const long MostKnown = 1024 * 1024;
    private const int SizeOfOne = 512;
    private static readonly TimeSpan RevokedFor = TimeSpan.FromDays(180);
    private static readonly TimeSpan UseTold = TimeSpan.FromHours(1);
    private readonly Remembered<string, AppPassword?> known = new(database, "app_passwords", MostKnown, (_, _) => SizeOfOne);

    /// <summary>The password in clear, in the form Nextcloud shows: five groups of five.</summary>
    public Task<string> AddAsync(string instance, string name, CancellationToken ct) =>
        database.WriteAsync(db => InsertAsync(db, instance, name), ct);

    /// <summary>The same, as part of a greater change.</summary>
    public async Task<string> InsertAsync(DbConnection db, string instance, string name)
    {
        var cleaned = string.Concat(name.Where(c => !char.IsControl(c))).Trim();
        if (cleaned.Length == 0)
        {
            throw new FaultException(Fault.Malformed, "an app password needs a name");
        }

        var password = NewPassword();
        var row = new { Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), instance, Name = cleaned[..Math.Min(cleaned.Length, LongestName)], Hash = HashOf(instance, password), Now };
        await db.ExecuteAsync("INSERT INTO app_passwords (id, instance, name, hash, created_at) VALUES (@Id, @instance, @Name, @Hash, @Now)", row);
        return password;
    }

    /// <summary>Also one that was revoked.</summary>
    public async Task<AppPassword?> FindAsync(string instance, string password, CancellationToken ct)
    {
        var hash = HashOf(instance, password);
        var found = await known.ReadAsync(
            hash, db => db.QuerySingleOrDefaultAsync<AppPassword>(Select + " WHERE instance = @instance AND hash = @hash", new { instance, hash }), ct);
        if (found is { IsRevoked: false } && found.UsedAt < Now - UseTold.TotalMilliseconds)
        {
            await database.WriteAsync(db => db.ExecuteAsync("UPDATE app_passwords SET used_at = @Now WHERE id = @Id", new { found.Id, Now }), ct);
        }

        return found;
    }

    public Task<IReadOnlyList<AppPassword>> ListAsync(string instance, CancellationToken ct) => database.ReadAsync(
        async db => (IReadOnlyList<AppPassword>)(await db.QueryAsync<AppPassword>(
            Select + " WHERE instance = @instance AND revoked_at = 0 ORDER BY created_at, id", new { instance })).AsList(),
        ct);

    /// <exception cref="FaultException">NotFound: the instance has none with this id.</exception>
    public Task RevokeAsync(string instance, string id, CancellationToken ct) => database.WriteAsync(
        async db =>
        {
            var values = new { instance, id, Now, Old = Now - (long)RevokedFor.TotalMilliseconds };
            await db.ExecuteAsync("DELETE FROM app_passwords WHERE revoked_at > 0 AND revoked_at < @Old", values);
            if (await db.ExecuteAsync("UPDATE app_passwords SET revoked_at = @Now WHERE id = @id AND instance = @instance AND revoked_at = 0", values) == 0)
            {
                throw new FaultException(Fault.NotFound, $"there is no app password {id}");
            }
        },
        ct);

    /// <summary>A new password for the same app; the old one opens nothing from now on.</summary>
    /// <exception cref="FaultException">NotFound: it was revoked meanwhile.</exception>
    public async Task<string> RotateAsync(string instance, string id, CancellationToken ct)
    {
        var password = NewPassword();
        var values = new { instance, id, Hash = HashOf(instance, password) };
        const string update = "UPDATE app_passwords SET hash = @Hash WHERE id = @id AND instance = @instance AND revoked_at = 0";
        return await database.WriteAsync(db => db.ExecuteAsync(update, values), ct) == 1
            ? password
            : throw new FaultException(Fault.NotFound, $"there is no app password {id}");
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static string NewPassword() => string.Join('-', Enumerable.Range(0, 5).Select(_ => RandomNumberGenerator.GetString(Alphabet, 5)));

    // 145 random bits need no slow hash; it is looked up, so it must be one hash for all.
    private static string HashOf(string instance, string password) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(instance + "\n" + password)));
}

/// <summary>An app that may sync; times in Unix milliseconds, 0 for never, the last use to the hour.</summary>
internal sealed record AppPassword
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public long CreatedAt { get; init; }

    public long UsedAt { get; init; }

    public long RevokedAt { get; init; }

    public bool IsRevoked => RevokedAt > 0;
}
