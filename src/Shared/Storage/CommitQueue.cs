using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Shared.Storage;

/// <summary>
/// The one writer of a database. While one commit goes to disk the next writes gather, and share the one after it; each of them stands in a savepoint of its own,
/// so that one which fails takes nothing of the others with it.
/// </summary>
internal sealed class CommitQueue : IDisposable
{
    public const string MeterName = "Bridge.Storage";

    private const int MostTogether = 256;

    // What waits for others of its kind: until so many are there, or for so long.
    private const int Enough = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Commits = Meter.CreateCounter<long>("storage.commits", "{commit}", "Commits that are on disk.");
    private static readonly Counter<long> Writes = Meter.CreateCounter<long>("storage.writes", "{write}", "Changes that they held: many that come together share one.");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "storage.commit.duration",
        "s",
        "From the beginning of a commit to its safety on disk.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });

    private readonly Lock gate = new();
    private readonly Queue<QueuedWrite> queue = [];
    private readonly TaskCompletionSource ended = NewSource();
    private readonly Func<Task<WriteConnection>> open;
    private readonly TimeProvider clock;

    // Ends when what is in the queue waits for no more.
    private TaskCompletionSource hurry = NewSource();

    // Of whoever is at work.
    private WriteConnection? connection;
    private bool isAtWork;
    private bool isClosed;

    public CommitQueue(Func<Task<WriteConnection>> open, TimeProvider? clock = null)
    {
        this.open = open;
        this.clock = clock ?? TimeProvider.System;
    }

    /// <summary>Ends after the last write, once this is disposed.</summary>
    public Task Ended => ended.Task;

    /// <summary>Returns when what <paramref name="work"/> did is on disk; one that has not begun yet can be given up.</summary>
    /// <param name="work">What is done over the connection.</param>
    /// <param name="committed">Is told of its result, in the order of the changes.</param>
    /// <param name="haste">How soon it is to begin.</param>
    /// <param name="ct">Gives it up.</param>
    public async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Action<T> committed, Haste haste, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        T result = default!;

        // Whoever waits for a thread may bring a write that can share this one's commit.
        var here = haste == Haste.Here && ThreadPool.PendingWorkItemCount == 0;
        var write = new QueuedWrite(async connection => result = await work(connection), () => committed(result), haste);
        if (IsFirst(write, here))
        {
            if (here)
            {
                await CommitAsync([write]);
            }

            GoOn();
        }

        using (ct.UnsafeRegister(static (state, token) => ((QueuedWrite)state!).GiveUp(token), write))
        {
            await write.Done;
        }

        return result;
    }

    /// <summary>Takes nothing more; what is in the queue is still written.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            hurry.TrySetResult();
            if (isAtWork)
            {
                return;
            }
        }

        End();
    }

    // Is nobody at work? Then it is whoever asked, and a write that is made here needs no place in the queue.
    private bool IsFirst(QueuedWrite write, bool here)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, this);
            var isFirst = !isAtWork;
            isAtWork = true;
            if (!isFirst || !here)
            {
                queue.Enqueue(write);
                if (write.Haste != Haste.Patient || queue.Count >= Enough)
                {
                    hurry.TrySetResult();
                }
            }

            return isFirst;
        }
    }

    private Task GatherAsync()
    {
        lock (gate)
        {
            return hurry.Task.WaitAsync(Patience, clock);
        }
    }

    // Nobody waits for more than his own write: all others are done on a thread that is nobody's, and in nobody's context.
    private void GoOn()
    {
        if (!IsDone())
        {
            ThreadPool.UnsafeQueueUserWorkItem(static queue => _ = queue.RunAsync(), this, preferLocal: false);
        }
    }

    private async Task RunAsync()
    {
        var together = new List<QueuedWrite>();
        do
        {
            await GatherAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            together.Clear();
            Take(together);
            if (together.Count > 0)
            {
                await CommitAsync(together);
            }
        }
        while (!IsDone());
    }

    private void Take(List<QueuedWrite> together)
    {
        lock (gate)
        {
            while (together.Count < MostTogether && queue.TryDequeue(out var write))
            {
                if (write.Begin())
                {
                    together.Add(write);
                }
            }

            if (hurry.Task.IsCompleted && queue.Count == 0 && !isClosed)
            {
                hurry = NewSource();
            }
        }
    }

    private bool IsDone()
    {
        lock (gate)
        {
            if (queue.Count > 0)
            {
                return false;
            }

            isAtWork = false;
            if (!isClosed)
            {
                return true;
            }
        }

        End();
        return true;
    }

    private void End()
    {
        connection?.Dispose();
        ended.TrySetResult();
    }

    // Leaves the connection for the next commit; none when this one is not to be trusted further.
    private async Task CommitAsync(List<QueuedWrite> writes)
    {
        var begun = Stopwatch.GetTimestamp();
        var areSmall = writes.TrueForAll(write => write.Haste == Haste.Patient);
        try
        {
            if (connection is null || !await BegunAsync(connection, areSmall))
            {
                connection?.Dispose();
                connection = null;
                connection = await open();
                await connection.BeginAsync(areSmall);
            }

            foreach (var write in writes)
            {
                await RunAsync(write, connection);
            }

            await connection.CommitAsync();
            Durations.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
            Commits.Add(1);
            Writes.Add(writes.Count);
        }
        catch (Exception e)
        {
            // Nothing of this transaction is there.
            writes.ForEach(write => write.Failure = e);
            connection?.Dispose();
            connection = null;
        }

        // Also of those that failed alone, only now: what they ran into may have been a write before them.
        writes.ForEach(write => write.End());
    }

    // One that went away while nothing was written over it took nothing with it.
    private static async Task<bool> BegunAsync(WriteConnection connection, bool areSmall)
    {
        try
        {
            await connection.BeginAsync(areSmall);
            return true;
        }
        catch (DbException) when (connection.IsLost)
        {
            return false;
        }
    }

    private static async Task RunAsync(QueuedWrite write, WriteConnection connection)
    {
        await connection.MarkAsync();
        try
        {
            await write.Work(connection.Connection);
        }
        catch (Exception e) when (!connection.IsLost)
        {
            await connection.UndoToMarkAsync();
            write.Failure = e;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
