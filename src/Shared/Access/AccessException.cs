using Shared.Faults;

namespace Shared.Access;

/// <summary>A refusal before the request reached what it asked for; answered by the framework's error writer, not the domain's.</summary>
internal sealed class AccessException(Fault fault, string message) : FaultException(fault, message)
{
    /// <summary>Value of WWW-Authenticate; empty for none.</summary>
    public string Challenge { get; init; } = "";
}
