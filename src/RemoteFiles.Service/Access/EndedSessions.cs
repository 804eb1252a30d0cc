using System.Buffers.Text;
using System.Security.Cryptography;
using Dapper;
using Shared.Storage;

namespace RemoteFiles.Access;

/// <summary>Sessions of browsers that were signed out before their time; hashed, and forgotten when they would be over anyway.</summary>
internal sealed class EndedSessions(Database database, TimeProvider clock)
{
    /// <param name="instance">Whose session it was.</param>
    /// <param name="cookie">The value that its browser holds; one that is good.</param>
    /// <param name="validity">The longest that it could have lived.</param>
    /// <param name="ct">Stops before anything is written.</param>
    public Task AddAsync(string instance, string cookie, TimeSpan validity, CancellationToken ct) => database.WriteAsync(
        async db =>
        {
            var now = clock.GetUtcNow();
            var row = new { instance, Hash = HashOf(cookie), Until = (now + validity).ToUnixTimeSeconds(), Now = now.ToUnixTimeSeconds() };
            await db.ExecuteAsync("DELETE FROM ended_sessions WHERE until < @Now", row);
            return await db.ExecuteAsync("INSERT INTO ended_sessions (instance, hash, until) VALUES (@instance, @Hash, @Until) ON CONFLICT DO NOTHING", row);
        },
        ct);

    public async Task<bool> IsEndedAsync(string instance, string cookie, CancellationToken ct)
    {
        const string select = "SELECT COUNT(*) FROM ended_sessions WHERE instance = @instance AND hash = @Hash";
        return await database.ReadAsync(db => db.ExecuteScalarAsync<long>(select, new { instance, Hash = HashOf(cookie) }), ct) > 0;
    }

    // Of what it says: the same bytes can be written in more than one way.
    private static string HashOf(string cookie) => Convert.ToHexStringLower(SHA256.HashData(Base64Url.DecodeFromChars(cookie)));
}
