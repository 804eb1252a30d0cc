using Shared.Access;
using Shared.Faults;
using Watching;

namespace Shared.Events;

/// <summary>Checks who watches, as every request is checked; whatever is wrong has one answer.</summary>
internal sealed class Authentication(IInstances instances, Tokens tokens)
{
    public static FaultException Failed() => new(Fault.Unauthenticated, "The authentication has failed");

    /// <exception cref="FaultException">Unauthenticated: no such instance, or the token does not open it. Unavailable: it cannot be known now.</exception>
    public async Task<Caller> CheckAsync(Credentials credentials, CancellationToken ct)
    {
        var instance = await instances.FindAsync(credentials.Host.ToLowerInvariant(), ct) ?? throw Failed();
        try
        {
            var caller = await tokens.CheckAsync(credentials.Token, instance);
            return caller.Permissions is null ? throw Failed() : caller;
        }
        catch (FaultException e) when (e.Fault is Fault.Malformed or Fault.NotFound)
        {
            throw Failed();
        }
    }
}
