namespace RemoteFiles.Files;

/// <summary>Who a login belongs to at a remote server.</summary>
internal interface IRemoteUsers
{
    /// <summary>The user's id there. Unauthenticated: refused. BadGateway: no answer that can be trusted.</summary>
    Task<string> ResolveAsync(Uri root, string login, string password, CancellationToken ct);

    /// <summary>Asks, as nobody, whether the server is there. Maintenance: it says so. BadGateway or Unavailable: it is not.</summary>
    Task CheckUpAsync(Uri root, CancellationToken ct);
}
