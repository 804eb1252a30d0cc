namespace Rpc.Balancing;

/// <summary>One address of a service, and what this process knows of it.</summary>
/// <param name="name">As the setting names it; several may be of one name.</param>
/// <param name="address">Where it is.</param>
internal sealed class Replica(Uri name, Uri address)
{
    private readonly string origin = address.GetLeftPart(UriPartial.Authority);
    private int calls;
    private long outUntil;

    public Uri Name => name;

    public Uri Address => address;

    /// <summary>How many calls wait for the beginning of their answer there.</summary>
    public int Calls => Volatile.Read(ref calls);

    /// <summary>Known as unable, and told so.</summary>
    public bool IsOut => Volatile.Read(ref outUntil) > 0;

    public bool IsOutAt(DateTimeOffset now) => now.UtcTicks < Volatile.Read(ref outUntil);

    public void LeaveOutUntil(DateTimeOffset time) => Volatile.Write(ref outUntil, time.UtcTicks);

    public void TakeIn() => Volatile.Write(ref outUntil, 0);

    public void Begin() => Interlocked.Increment(ref calls);

    public void End() => Interlocked.Decrement(ref calls);

    /// <summary>The same target, asked of this one, byte for byte.</summary>
    public Uri Direct(Uri target) => target.Host == address.Host && target.Port == address.Port && target.Scheme == address.Scheme
        ? target
        : new(origin + target.PathAndQuery, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
