using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Access;

/// <summary>Who a Nextcloud app is: the instance's one user, by an app password in Basic (RFC 7617) or Bearer (RFC 6750) authentication.</summary>
internal sealed class AppLogin(AppPasswords passwords, LoginThrottle throttle, RequestLimits limits)
{
    /// <summary>The app password of a request; null when it has none that is good.</summary>
    /// <exception cref="FaultException">TooManyRequests: others have failed from there before, which stops no good one; or the instance has had all that it may.</exception>
    public async Task<AppPassword?> FindAsync(HttpContext context)
    {
        var instance = context.Instance();
        var (isOfUser, secret) = Read(context.Request.Headers.Authorization.ToString(), instance);
        if (secret is null)
        {
            return null;
        }

        var found = await passwords.FindAsync(instance.Domain, secret, context.RequestAborted);
        if (isOfUser && found is { IsRevoked: false })
        {
            limits.TakeOf(instance);
            return found;
        }

        // A device that was sent away keeps coming: it does not guess, and must not lock out its neighbours.
        if (found is null)
        {
            AccessMetrics.Refused(Trial.OfAppPasswords);
            await throttle.TakeAsync(Trial.OfAppPasswords, instance, CallerNetwork.Of(context), context.RequestAborted);
        }

        return null;
    }

    private static (bool IsOfUser, string? Secret) Read(string header, Instance instance) =>
        header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? (true, header["Bearer ".Length..].Trim())
        : BasicCredentials.Read(header) is { } basic ? (instance.IsUser(basic.User), basic.Password)
        : (false, null);
}
