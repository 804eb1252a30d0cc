using System.Data.Common;
using Migration.Tests.Fakes;
using Shared.Storage;

namespace RemoteFiles.Tests.Drive;

/// <summary>Which writes share a commit. The clock stands still: nothing is committed because it took long.</summary>
public sealed class CommitQueueTests : IDisposable
{
    private readonly ManualClock clock = new();
    private readonly CountingConnection connection = new();
    private readonly CommitQueue queue;

    public CommitQueueTests() => queue = new(() => Task.FromResult<WriteConnection>(connection), clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => queue.Dispose();

    [Fact]
    public async Task Patient_writes_share_the_commit_that_comes_when_their_time_is_over()
    {
        var writes = Enumerable.Range(0, 10).Select(_ => WriteAsync(Haste.Patient)).ToList();
        Assert.Empty(connection.Commits);

        await TimeIsOverAsync(Task.WhenAll(writes));

        Assert.Equal([10], connection.Commits);
        Assert.Equal([true], connection.AreSmall);
    }

    [Theory]
    [InlineData(Haste.Soon)]
    [InlineData(Haste.Here)]
    public async Task One_that_is_in_a_hurry_takes_the_patient_ones_along(object haste)
    {
        var patient = Enumerable.Range(0, 10).Select(_ => WriteAsync(Haste.Patient)).ToList();

        await WriteAsync((Haste)haste);

        await Task.WhenAll(patient);
        Assert.Equal([11], connection.Commits);
        Assert.Equal([false], connection.AreSmall);
    }

    [Fact]
    public async Task Many_are_enough_and_the_next_ones_wait_again()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => WriteAsync(Haste.Patient)));
        Assert.Equal([64], connection.Commits);

        var last = WriteAsync(Haste.Patient);
        Assert.False(last.IsCompleted);
        await TimeIsOverAsync(last);
        Assert.Equal([64, 1], connection.Commits);
    }

    [Fact]
    public async Task One_that_is_given_up_while_it_waits_is_not_written()
    {
        using var giveUp = new CancellationTokenSource();
        var given = WriteAsync(Haste.Patient, giveUp.Token);
        var kept = WriteAsync(Haste.Patient);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        await TimeIsOverAsync(kept);

        Assert.Equal([1], connection.Commits);
    }

    [Fact]
    public async Task What_waits_at_the_end_is_written_at_once()
    {
        var write = WriteAsync(Haste.Patient);

        queue.Dispose();

        await write;
        await queue.Ended.WaitAsync(Ct);
        Assert.Equal([1], connection.Commits);
    }

    private Task WriteAsync(Haste haste, CancellationToken? ct = null) => queue.WriteAsync(_ => Task.FromResult(0), _ => { }, haste, ct ?? Ct);

    // A timer of before may still be there for a moment.
    private async Task TimeIsOverAsync(Task until)
    {
        while (!until.IsCompleted)
        {
            clock.GoOn();
            Ct.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await until;
    }

    /// <summary>How many writes each commit held.</summary>
    private sealed class CountingConnection : WriteConnection
    {
        private int writes;

        public List<int> Commits { get; } = [];

        /// <summary>What it was told of each transaction.</summary>
        public List<bool> AreSmall { get; } = [];

        public override DbConnection Connection => null!;

        public override bool IsLost => false;

        public override ValueTask BeginAsync(bool areSmall)
        {
            writes = 0;
            AreSmall.Add(areSmall);
            return ValueTask.CompletedTask;
        }

        public override ValueTask MarkAsync()
        {
            writes++;
            return ValueTask.CompletedTask;
        }

        public override ValueTask UndoToMarkAsync() => throw new NotSupportedException();

        public override ValueTask CommitAsync()
        {
            Commits.Add(writes);
            return ValueTask.CompletedTask;
        }

        public override void Dispose()
        {
        }
    }
}
