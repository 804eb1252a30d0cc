using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Shared.Access;

namespace RemoteFiles.Connect;

/// <summary>
/// Logins that were begun at a Nextcloud and that nobody has allowed yet. Each is in the encrypted handle that its browser holds,
/// so that any replica can go on with it and none is kept; of another instance it opens nothing.
/// </summary>
internal sealed class PendingLogins(IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>As long as a Nextcloud waits.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(20);

    private const char Separator = '\n';

    public string Seal(Instance instance, Uri url, string token)
    {
        var until = (clock.GetUtcNow() + Validity).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return Protector(instance).Protect(string.Join(Separator, until, url, token));
    }

    /// <summary>Null when it is none of ours, or too old.</summary>
    public (Uri Url, string Token)? Open(Instance instance, string handle)
    {
        try
        {
            return Protector(instance).Unprotect(handle).Split(Separator, 3) is [var until, var url, var token]
                && long.Parse(until, CultureInfo.InvariantCulture) >= clock.GetUtcNow().ToUnixTimeSeconds()
                    ? (new(url), token)
                    : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IDataProtector Protector(Instance instance) => protection.CreateProtector("login at a nextcloud", instance.Domain);
}
