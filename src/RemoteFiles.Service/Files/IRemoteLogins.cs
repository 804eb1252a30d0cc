namespace RemoteFiles.Files;

/// <summary>How a login at a remote server is come by without anybody typing a password here, and how it is given back.</summary>
internal interface IRemoteLogins
{
    /// <summary>Begins a login. BadGateway or Unavailable: the server does not answer as one.</summary>
    Task<BegunLogin> BeginAsync(Uri root, CancellationToken ct);

    /// <summary>What the user has allowed, once; null as long as nobody has.</summary>
    Task<GrantedLogin?> FetchAsync(Uri root, string token, CancellationToken ct);

    /// <summary>Ends a password at its server. Conflict: it is not one that an app was given.</summary>
    Task RevokeAsync(Uri root, string login, string password, CancellationToken ct);
}

/// <summary>The page where the user allows it, and the secret that the answer is fetched with.</summary>
internal sealed record BegunLogin(Uri Page, string Token);

internal sealed record GrantedLogin(string Login, string Password);
