using System.Security.Cryptography;
using System.Text;
using Dapper;
using Shared.Faults;
using Shared.Storage;

namespace RemoteFiles.Access;

/// <summary>Passwords of apps that sync with an instance's drive: shown once, hashed at rest, revoked one by one.</summary>
internal sealed class AppPasswords(Database database, TimeProvider clock)
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS app_passwords (
          id TEXT PRIMARY KEY, instance TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL);
        """;

    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    /// <summary>The password in clear, in the form Nextcloud shows: five groups of five.</summary>
    public async Task<string> AddAsync(string instance, string name, CancellationToken ct)
    {
        if (name.Trim().Length == 0)
        {
            throw new FaultException(Fault.Malformed, "an app password needs a name");
        }

        var password = string.Join('-', Enumerable.Range(0, 5).Select(_ => RandomNumberGenerator.GetString(Alphabet, 5)));
        var row = new
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            instance,
            Name = name.Trim(),
            Hash = HashOf(instance, password),
            Now = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        const string insert = "INSERT INTO app_passwords (id, instance, name, hash, created_at) VALUES (@Id, @instance, @Name, @Hash, @Now)";
        await database.WriteAsync(db => db.ExecuteAsync(insert, row), ct);
        return password;
    }

    public async Task<bool> MatchesAsync(string instance, string password, CancellationToken ct)
    {
        const string select = "SELECT COUNT(*) FROM app_passwords WHERE instance = @instance AND hash = @Hash";
        var values = new { instance, Hash = HashOf(instance, password) };
        return await database.ReadAsync(db => db.ExecuteScalarAsync<long>(select, values), ct) > 0;
    }

    // 145 random bits need no slow hash; it is looked up, so it must be one hash for all.
    private static string HashOf(string instance, string password) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(instance + "\n" + password)));
}
