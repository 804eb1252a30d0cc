namespace Migration.Tests.Fakes;

/// <summary>A clock that stands still until it is told to go on; what waits for its time then comes, in its order.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Waiting> timers = [];
    private TimeSpan now = TimeSpan.FromDays(1);

    /// <summary>How often something began to wait.</summary>
    public int Waits { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + now;

    /// <summary>Goes to the next moment that something waits for; false when nothing does.</summary>
    public bool GoOn()
    {
        Waiting next;
        lock (gate)
        {
            if (timers.Count == 0)
            {
                return false;
            }

            next = timers.MinBy(timer => timer.At)!;
            timers.Remove(next);
            now = next.At;
        }

        next.Call();
        return true;
    }

    /// <summary>The time is later; whoever waits for a timer still waits for <see cref="GoOn"/>.</summary>
    public void Advance(TimeSpan by)
    {
        lock (gate)
        {
            now += by;
        }
    }

    /// <summary>The time is later, and what was due until then has come.</summary>
    public void Pass(TimeSpan by)
    {
        List<Waiting> due;
        lock (gate)
        {
            now += by;
            due = [.. timers.Where(timer => timer.At <= now).OrderBy(timer => timer.At)];
            timers.RemoveAll(due.Contains);
        }

        due.ForEach(timer => timer.Call());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Waiting(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Waiting(ManualClock clock, Action call) : ITimer
    {
        public TimeSpan At { get; private set; }

        public Action Call => call;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    At = clock.now + dueTime;
                    clock.timers.Add(this);
                    clock.Waits++;
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
