using Shared.Access;

namespace RemoteFiles.Access;

/// <summary>Who a Nextcloud app is: the instance's one user, by Basic authentication with an app password (RFC 7617).</summary>
internal sealed class AppLogin(AppPasswords passwords)
{
    public async Task<bool> IsAllowedAsync(HttpContext context) =>
        BasicCredentials.Read(context.Request.Headers.Authorization.ToString()) is { } basic
        && basic.User == context.Instance().UserId
        && await passwords.MatchesAsync(context.Instance().Domain, basic.Password, context.RequestAborted);
}
