namespace Shared.Faults;

/// <summary>Another service of ours cannot be reached; what lies behind it, a Nextcloud for one, was not even asked.</summary>
internal sealed class PeerAwayException(string message, Exception inner) : FaultException(Fault.Unavailable, message, inner);
