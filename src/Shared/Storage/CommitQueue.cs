using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Threading.Channels;

namespace Shared.Storage;

/// <summary>
/// The one writer of a database. While one commit goes to disk the next writes gather, and share the one after it; each of
/// them stands in a savepoint of its own, so that one which fails takes nothing of the others with it.
/// </summary>
internal sealed class CommitQueue : IDisposable
{
    public const string MeterName = "Bridge.Storage";

    private const int MostTogether = 256;

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Commits = Meter.CreateCounter<long>("storage.commits", "{commit}", "Commits that are on disk.");
    private static readonly Counter<long> Writes = Meter.CreateCounter<long>("storage.writes", "{write}", "Changes that they held: many that come together share one.");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "storage.commit.duration",
        "s",
        "From the beginning of a commit to its safety on disk.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });

    private readonly Channel<Write> queue = Channel.CreateUnbounded<Write>(new() { SingleReader = true });
    private readonly Func<Task<WriteConnection>> open;

    public CommitQueue(Func<Task<WriteConnection>> open)
    {
        this.open = open;
        Ended = Task.Run(RunAsync);
    }

    /// <summary>Ends after the last write, once this is disposed.</summary>
    public Task Ended { get; }

    /// <summary>Returns when what <paramref name="work"/> did is on disk; one that has not begun yet can be given up.</summary>
    public async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Action<T> committed, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        T result = default!;
        var write = new Write(async connection => result = await work(connection), () => committed(result));
        ObjectDisposedException.ThrowIf(!queue.Writer.TryWrite(write), this);
        using (ct.UnsafeRegister(static (state, token) => ((Write)state!).GiveUp(token), write))
        {
            await write.Done;
        }

        return result;
    }

    /// <summary>Takes nothing more; what is in the queue is still written.</summary>
    public void Dispose() => queue.Writer.TryComplete();

    private async Task RunAsync()
    {
        var together = new List<Write>();
        WriteConnection? connection = null;
        while (await queue.Reader.WaitToReadAsync())
        {
            together.Clear();
            while (together.Count < MostTogether && queue.Reader.TryRead(out var write))
            {
                if (write.Begin())
                {
                    together.Add(write);
                }
            }

            if (together.Count > 0)
            {
                connection = await CommitAsync(together, connection);
            }
        }

        connection?.Dispose();
    }

    /// <summary>Answers the connection for the next commit; null when this one is not to be trusted further.</summary>
    private async Task<WriteConnection?> CommitAsync(List<Write> writes, WriteConnection? connection)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            if (connection is null || !await BegunAsync(connection))
            {
                connection?.Dispose();
                connection = null;
                connection = await open();
                await connection.BeginAsync();
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
        return connection;
    }

    // One that went away while nothing was written over it took nothing with it.
    private static async Task<bool> BegunAsync(WriteConnection connection)
    {
        try
        {
            await connection.BeginAsync();
            return true;
        }
        catch (DbException) when (connection.IsLost)
        {
            return false;
        }
    }

    private static async Task RunAsync(Write write, WriteConnection connection)
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

    private sealed class Write(Func<DbConnection, Task> work, Action committed)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int begun;

        public Func<DbConnection, Task> Work => work;

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
}
