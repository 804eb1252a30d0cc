using System.Collections.Concurrent;
using RemoteFiles.Accounts;

namespace RemoteFiles.Nextcloud;

/// <summary>Remembers for a while which Nextclouds do not offer something: they are older, or their proxy is in its way.</summary>
internal sealed class KnownGaps(TimeProvider clock)
{
    private const int Most = 10_000;
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Uri, DateTimeOffset> refused = new();

    public bool MayAsk(Account account) => !refused.TryGetValue(account.Url, out var until) || clock.GetUtcNow() >= until;

    public void Refused(Account account)
    {
        if (refused.Count >= Most)
        {
            refused.Clear();
        }

        refused[account.Url] = clock.GetUtcNow() + AskAgainAfter;
    }
}

/// <summary>What not every Nextcloud offers.</summary>
internal sealed record NextcloudGaps(KnownGaps Archives, KnownGaps Hashes, KnownGaps Searches);
