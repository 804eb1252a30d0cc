using System.Security.Cryptography;
using System.Text;
using Dapper;
using Shared.Storage;

namespace RemoteFiles.Access;

/// <summary>
/// Logins that an app has begun and a browser finishes (Nextcloud's login flow v2). Kept in the database, so that any replica
/// answers the poll; of both tokens only hashes. The app password is made when the app fetches it, so that it is never at rest.
/// </summary>
internal sealed class LoginFlows(Database database, AppPasswords passwords, TimeProvider clock)
{
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(20);

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int TokenLength = 128;
    private const string IsOpen = "login_hash = @Hash AND instance = @instance AND created_at > @Oldest AND NOT is_granted";
    private const string IsReady = "poll_hash = @Hash AND instance = @instance AND created_at > @Oldest AND is_granted";

    public async Task<StartedFlow> StartAsync(string instance, string app, CancellationToken ct)
    {
        var flow = new StartedFlow(RandomNumberGenerator.GetString(Alphabet, TokenLength), RandomNumberGenerator.GetString(Alphabet, TokenLength));
        var row = new { Poll = HashOf(flow.PollToken), Login = HashOf(flow.LoginToken), instance, app, Now = clock.GetUtcNow().ToUnixTimeMilliseconds(), Oldest };
        await database.WriteAsync(
            async db =>
            {
                await db.ExecuteAsync("DELETE FROM login_flows WHERE created_at <= @Oldest", row);
                await db.ExecuteAsync("INSERT INTO login_flows (poll_hash, login_hash, instance, app, created_at) VALUES (@Poll, @Login, @instance, @app, @Now)", row);
            },
            ct);
        return flow;
    }

    /// <summary>The app that waits for this login; null when the token is unknown, used or too old.</summary>
    public Task<string?> AppOfAsync(string instance, string loginToken, CancellationToken ct) => database.ReadAsync(
        db => db.QuerySingleOrDefaultAsync<string>($"SELECT app FROM login_flows WHERE {IsOpen}", ValuesOf(instance, loginToken)), ct);

    /// <summary>False when there is nothing left to grant.</summary>
    public async Task<bool> GrantAsync(string instance, string loginToken, CancellationToken ct) => await database.WriteAsync(
        db => db.ExecuteAsync($"UPDATE login_flows SET is_granted = TRUE WHERE {IsOpen}", ValuesOf(instance, loginToken)), ct) == 1;

    public Task RefuseAsync(string instance, string loginToken, CancellationToken ct) => database.WriteAsync(
        db => db.ExecuteAsync($"DELETE FROM login_flows WHERE {IsOpen}", ValuesOf(instance, loginToken)), ct);

    /// <summary>The app password, once; null before it is granted, and ever after.</summary>
    public async Task<string?> FetchAsync(string instance, string pollToken, CancellationToken ct)
    {
        // Apps ask every second: only a granted one is worth the writer's time.
        var values = ValuesOf(instance, pollToken);
        if (await database.ReadAsync(db => db.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM login_flows WHERE {IsReady}", values), ct) == 0)
        {
            return null;
        }

        return await database.WriteAsync(
            async db => await db.QuerySingleOrDefaultAsync<string>($"DELETE FROM login_flows WHERE {IsReady} RETURNING app", values) is { } app
                ? await passwords.InsertAsync(db, instance, app)
                : null,
            ct);
    }

    private long Oldest => (clock.GetUtcNow() - Validity).ToUnixTimeMilliseconds();

    private object ValuesOf(string instance, string token) => new { Hash = HashOf(token), instance, Oldest };

    // 762 random bits need no slow hash.
    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>The secret of the app, and the one that the browser's address bar shows.</summary>
internal sealed record StartedFlow(string PollToken, string LoginToken);
