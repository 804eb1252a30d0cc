namespace RemoteFiles.Accounts;

/// <summary>A user's login at a remote Nextcloud, its password in clear: it lives no longer than the call that needs it.</summary>
/// <param name="Id">Of the io.cozy.accounts document.</param>
/// <param name="Url">Root of the Nextcloud, with a slash at its end; may have a path.</param>
/// <param name="Login">What the user types; not always the user's id.</param>
/// <param name="Password">An app password, or the user's own.</param>
/// <param name="UserId">Resolved by the Nextcloud; the name in its DAV paths.</param>
internal sealed record Account(string Id, Uri Url, string Login, string Password, string UserId)
{
    /// <summary>Never the password.</summary>
    public override string ToString() => $"{Login} at {Url.Host}";
}
