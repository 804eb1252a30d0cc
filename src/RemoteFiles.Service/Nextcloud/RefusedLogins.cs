using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using RemoteFiles.Accounts;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Logins that a Nextcloud has refused, and refused again when asked once more: they are not tried any more. Its guard against
/// guessing punishes the address of the caller for half an hour, and so everybody who is served from here.
/// </summary>
internal sealed class RefusedLogins(TimeProvider clock)
{
    private const int Most = 10_000;

    // A user who types the same password again may mean it, but not ten times in a row.
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Refusal> known = new();

    /// <summary>Names a login without holding its password.</summary>
    public static string KeyOf(Account account) => account.Login.Length == 0 ? "" : Convert.ToHexString(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{account.Url}\0{account.Login}\0{account.Password}")));

    public bool IsRefused(string key) => known.TryGetValue(key, out var refusal) && refusal.IsConfirmed;

    /// <param name="key">Of the login.</param>
    /// <param name="isTyped">A user asks for it just now.</param>
    /// <exception cref="FaultException">Unauthenticated: there is no point in asking.</exception>
    public void ThrowIfRefused(string key, bool isTyped)
    {
        if (known.TryGetValue(key, out var refusal) && refusal.IsConfirmed && !(isTyped && clock.GetElapsedTime(refusal.Last) >= Rest))
        {
            throw new FaultException(Fault.Unauthenticated, "invalid authentication");
        }
    }

    /// <param name="key">Of the login.</param>
    /// <param name="asked">When the request was sent.</param>
    /// <param name="isRefused">Whether its answer was 401.</param>
    public void Answered(string key, long asked, bool isRefused)
    {
        if (key.Length == 0)
        {
            return;
        }

        if (!isRefused)
        {
            known.TryRemove(key, out _);
            return;
        }

        if (known.Count >= Most)
        {
            known.Clear();
        }

        // Requests that were under way together are one refusal: only one that was sent after it confirms it.
        var now = clock.GetTimestamp();
        known.AddOrUpdate(key, _ => new(now, now, false), (_, was) => new(was.First, now, was.IsConfirmed || asked >= was.First));
    }

    private sealed record Refusal(long First, long Last, bool IsConfirmed);
}
