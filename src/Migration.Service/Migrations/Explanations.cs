namespace Migration.Migrations;

/// <summary>What an operator asks of a ledger: why files failed, and which are next.</summary>
internal interface IFailures
{
    /// <summary>The reasons of what failed, the most frequent first.</summary>
    Task<IReadOnlyList<FailedReason>> FailedAsync(string migration, CancellationToken ct);

    /// <summary>Files that are being tried, or are the next to be, by the order of their lines.</summary>
    Task<IReadOnlyList<string>> NextFilesAsync(string migration, int limit, CancellationToken ct);
}

/// <summary>What failed for one reason; <paramref name="Message"/> is what was said of one of them.</summary>
internal sealed record FailedReason(ReasonText Reason, long Count, string Message, DateTimeOffset? Last);

/// <summary>How the Nextcloud of an account stands with the service that asks it.</summary>
internal interface ISourceStandings
{
    /// <summary>Null when that cannot be said now.</summary>
    Task<SourceStanding?> FindAsync(string instance, string accountId, CancellationToken ct);
}

/// <param name="Host">Of the Nextcloud.</param>
/// <param name="Requests">Under way just now.</param>
/// <param name="MostRequests">As many as it bears, as it seems.</param>
/// <param name="Rest">For how long it wants to be left alone; zero when it does not.</param>
/// <param name="IsRefused">It refused the account's password, which is not sent any more.</param>
internal sealed record SourceStanding(string Host, int Requests, int MostRequests, TimeSpan Rest, bool IsRefused);
