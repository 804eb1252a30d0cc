using System.Collections.Concurrent;
using RemoteFiles.Accounts;

namespace RemoteFiles.Nextcloud;

/// <summary>What all accounts of this process have in common: each server, once, and the logins that servers have refused.</summary>
/// <param name="options">As they are now: limits may change while requests are under way.</param>
/// <param name="clock">Tells what time it is.</param>
internal sealed class RemoteServers(Func<NextcloudOptions> options, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, RemoteServer> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly ByteRate everything = new(() => options().MostBytesPerSecond, clock);

    public RefusedLogins Refused { get; } = new(clock);

    /// <summary>How many want to be left alone just now.</summary>
    public int Closed => known.Values.Count(server => server.Standing.Pause > TimeSpan.Zero);

    /// <summary>The server of an account: its scheme, host and port.</summary>
    public RemoteServer Of(Account account)
    {
        if (known.Count >= Most)
        {
            // Those that are asked just now come back with the next request; what they had learned is lost.
            known.Clear();
        }

        return known.GetOrAdd($"{account.Url.Scheme}://{account.Url.Authority}", _ => new(account.Url.Authority, everything, options, clock));
    }
}
