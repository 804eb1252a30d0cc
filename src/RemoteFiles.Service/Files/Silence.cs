namespace RemoteFiles.Files;

/// <summary>Ends a wait when nothing was heard for too long, or when the caller gives up; it starts again whenever something comes.</summary>
internal sealed class Silence : IDisposable
{
    private readonly CancellationTokenSource over;
    private readonly CancellationToken caller;
    private readonly CancellationTokenRegistration registration;

    public Silence(TimeProvider clock, CancellationToken ct)
    {
        over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        caller = ct;
        registration = Watch(ct);
    }

    public CancellationToken Token => over.Token;

    public void Restart(TimeSpan limit) => over.CancelAfter(limit);

    /// <summary>While nothing is expected from the other side.</summary>
    public void Stop() => over.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Ends the wait when this token does, until the registration is disposed.</summary>
    public CancellationTokenRegistration Watch(CancellationToken ct) =>
        ct.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), over);

    /// <summary>The caller has ended the wait.</summary>
    public bool IsGivenUp => caller.IsCancellationRequested;

    /// <summary>Tells the caller's own end of the wait from silence.</summary>
    public void ThrowIfGivenUp() => caller.ThrowIfCancellationRequested();

    public void Dispose()
    {
        registration.Dispose();
        over.Dispose();
    }
}
