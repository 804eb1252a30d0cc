using RemoteFiles.Access;
using RemoteFiles.Instances;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Login;

/// <summary>What a person types to prove whose instance it is; guesses are counted, whichever page they come from.</summary>
internal static class Passphrase
{
    /// <exception cref="FaultException">TooManyRequests: it was not looked at.</exception>
    public static async Task<bool> IsRightAsync(HttpContext context, string passphrase)
    {
        var throttle = context.RequestServices.GetRequiredService<LoginThrottle>();
        var (instance, network) = (context.Instance(), CallerNetwork.Of(context));
        await throttle.TakeAsync(Trial.OfPassphrases, instance, network, context.RequestAborted);
        if (!await context.RequestServices.GetRequiredService<InstanceRegistry>().IsPassphraseAsync(instance.Domain, passphrase, context.RequestAborted))
        {
            AccessMetrics.Refused(Trial.OfPassphrases);
            return false;
        }

        await throttle.ForgiveAsync(Trial.OfPassphrases, instance, network, context.RequestAborted);
        return true;
    }
}
