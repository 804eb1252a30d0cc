namespace RemoteFiles.Files;

/// <summary>Who a login belongs to at a remote server.</summary>
internal interface IRemoteUsers
{
    /// <summary>The user's id there. Unauthenticated: refused. BadGateway: no answer that can be trusted.</summary>
    Task<string> ResolveAsync(Uri root, string login, string password, CancellationToken ct);

    /// <summary>Asks, as nobody, whether the server is there. Maintenance: it says so. BadGateway or Unavailable: it is not.</summary>
    Task CheckUpAsync(Uri root, CancellationToken ct);

    /// <summary>How the server stands with this process, which asks it nothing for that.</summary>
    RemoteStanding StandingOf(Uri root, string login, string password);
}

/// <param name="Requests">Under way just now, from all accounts.</param>
/// <param name="MostRequests">As many as it seems to bear.</param>
/// <param name="Rest">For how long it wants to be left alone.</param>
/// <param name="IsRefused">It refused this login, which is not tried any more.</param>
internal sealed record RemoteStanding(int Requests, int MostRequests, TimeSpan Rest, bool IsRefused);
