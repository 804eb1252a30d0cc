namespace StandIn;

/// <summary>A misbehaviour that waits for its request, and remembers that it came.</summary>
internal sealed class ScriptedFault(Func<SeenRequest, bool> when, Misbehaviour does, bool once) : IDisposable
{
    private readonly TaskCompletionSource<SeenRequest> happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool over;

    /// <summary>How often.</summary>
    public int Times { get; private set; }

    /// <summary>Ends with the first request that it took.</summary>
    public Task<SeenRequest> Happened => happened.Task;

    internal Misbehaviour Does => does;

    internal bool Takes(SeenRequest request)
    {
        if (over || !when(request))
        {
            return false;
        }

        over = once;
        Times++;
        happened.TrySetResult(request);
        return true;
    }

    public void Dispose() => over = true;
}
