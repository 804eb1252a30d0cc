namespace RemoteFiles.Nextcloud;

/// <summary>Those who wait, in turn: one of each account, then the next of each. Who has a few waits no longer for who has thousands.</summary>
internal sealed class Turns
{
    private readonly Dictionary<string, Queue<TaskCompletionSource>> waiting = [];
    private readonly Queue<string> order = new();

    public int Count { get; private set; }

    public TaskCompletionSource Add(string who)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!waiting.TryGetValue(who, out var own))
        {
            waiting[who] = own = new();
            order.Enqueue(who);
        }

        own.Enqueue(turn);
        Count++;
        return turn;
    }

    /// <summary>Lets the next one go; false when nobody waits any more.</summary>
    public bool Next()
    {
        while (order.TryDequeue(out var who))
        {
            var own = waiting[who];
            var turn = own.Dequeue();
            Count--;
            if (own.Count == 0)
            {
                waiting.Remove(who);
            }
            else
            {
                order.Enqueue(who);
            }

            // Who gave up meanwhile has no turn.
            if (turn.TrySetResult())
            {
                return true;
            }
        }

        return false;
    }

    public void RefuseAll(Exception reason)
    {
        foreach (var turn in waiting.Values.SelectMany(own => own))
        {
            turn.TrySetException(reason);
        }

        waiting.Clear();
        order.Clear();
        Count = 0;
    }
}
