using System.Data.Common;

namespace Shared.Storage;

/// <summary>A write of the queue: begun or given up, once, and told of its end.</summary>
internal sealed class QueuedWrite(Func<DbConnection, Task> work, Action committed, Haste haste)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int begun;

    public Func<DbConnection, Task> Work => work;

    public Haste Haste => haste;

    public Task Done => done.Task;

    public Exception? Failure { get; set; }

    /// <summary>False when it was given up.</summary>
    public bool Begin() => Interlocked.Exchange(ref begun, 1) == 0;

    public void GiveUp(CancellationToken ct)
    {
        if (Begin())
        {
            done.TrySetCanceled(ct);
        }
    }

    public void End()
    {
        if (Failure is not null)
        {
            done.SetException(Failure);
            return;
        }

        try
        {
            committed();
            done.SetResult();
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
    }
}
