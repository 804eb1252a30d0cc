using Grpc.Core;
using Grpc.Net.Client;
using Rpc.Wire;

namespace Rpc.Client;

/// <summary>The life of one call. It ends once, with the first of: the server's status, a failure, the deadline, a cancellation.</summary>
internal abstract class ClientCall : IDisposable
{
    // A timer takes at most 49 days; a longer deadline is waited for in parts.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private readonly TaskCompletionSource<Metadata> headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource cancellation = new();
    private readonly Lock gate = new();
    private readonly CancellationTokenRegistration callersToken;
    private readonly CancellationTokenRegistration channelsToken;
    private readonly ITimer? timer;
    private HttpResponseMessage? response;
    private volatile Outcome? outcome;

    protected ClientCall(GrpcChannel channel, IMethod method, CallOptions options)
    {
        Channel = channel;
        Method = method;
        Options = options;
        Cancellation = cancellation.Token;
        Deadline = options.Deadline is { } deadline && deadline != DateTime.MaxValue ? Utc(deadline) : null;
        channelsToken = channel.Disposal.UnsafeRegister(Cancel, this);
        callersToken = options.CancellationToken.UnsafeRegister(Cancel, this);
        if (outcome is not null)
        {
            // Cancelled before it began.
            Unregister();
        }
        else if (Deadline is not null)
        {
            timer = channel.Clock.CreateTimer(static call => ((ClientCall)call!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            OnTimer();
        }
    }

    public Task<Metadata> Headers => headers.Task;

    public Task Finished => finished.Task;

    /// <summary>Fires when the call is over, to get reads and writes out of their waits.</summary>
    public CancellationToken Cancellation { get; }

    protected GrpcChannel Channel { get; }

    protected IMethod Method { get; }

    protected CallOptions Options { get; }

    protected DateTime? Deadline { get; }

    private Outcome Ended => outcome ?? throw new InvalidOperationException("The call is still running.");

    public Status GetStatus() => Ended.Status;

    public Metadata GetTrailers() => Ended.Trailers;

    /// <summary>What a reader or writer throws now that the call is over.</summary>
    public Exception Failure() => Ended is { Status.StatusCode: not StatusCode.OK } failed
        ? new RpcException(failed.Status, failed.Trailers)
        : new InvalidOperationException($"{Method.FullName} has completed.");

    /// <summary>A write fails when the server has answered early; then its status is the answer, not the write's error.</summary>
    public abstract Task<Exception> ExplainFailedWriteAsync(Exception e);

    public CancellationTokenRegistration CancelBy(CancellationToken ct) => ct.UnsafeRegister(Cancel, this);

    public void Dispose() => Finish(new Status(StatusCode.Cancelled, "The call was disposed."));

    protected void Answered(Metadata metadata) => headers.TrySetResult(metadata);

    /// <summary>False when the call is over already; then the response is not wanted.</summary>
    protected bool TryAttach(HttpResponseMessage received)
    {
        lock (gate)
        {
            if (outcome is null)
            {
                response = received;
                return true;
            }
        }

        received.Dispose();
        return false;
    }

    protected void Finish(Exception e) => Finish(
        Deadline <= Channel.Clock.GetUtcNow().UtcDateTime ? DeadlinePassed(e) : ClientStatus.Explain(e), (e as RpcException)?.Trailers);

    protected void Finish(Status final, Metadata? finalTrailers = null)
    {
        lock (gate)
        {
            if (outcome is not null)
            {
                return;
            }

            outcome = new(final, finalTrailers ?? Metadata.Empty);
        }

        timer?.Dispose();
        Unregister();
        finished.TrySetResult();
        if (final.StatusCode == StatusCode.OK)
        {
            headers.TrySetResult([]);
        }
        else if (headers.TrySetException(new RpcException(final, outcome.Trailers)))
        {
            // Nobody has to look at the headers of a call.
            _ = headers.Task.Exception;
        }

        // Cancelling a pending read of an HTTP/2 body does not reset the stream; disposing the response does.
        cancellation.Cancel();
        response?.Dispose();
    }

    private static Status DeadlinePassed(Exception? e = null) => new(StatusCode.DeadlineExceeded, "The deadline has passed.", e);

    private static void Cancel(object? call) => ((ClientCall)call!).Finish(new Status(StatusCode.Cancelled, "The call was cancelled."));

    private static DateTime Utc(DateTime deadline) => deadline.Kind == DateTimeKind.Utc
        ? deadline
        : throw new ArgumentException("A deadline is in UTC: its kind must be DateTimeKind.Utc.");

    // Not Dispose: it would wait for the callback that may be running this.
    private void Unregister()
    {
        callersToken.Unregister();
        channelsToken.Unregister();
    }

    private void OnTimer()
    {
        var left = Deadline!.Value - Channel.Clock.GetUtcNow().UtcDateTime;
        if (left > TimeSpan.Zero)
        {
            timer!.Change(left < LongestWait ? left : LongestWait, Timeout.InfiniteTimeSpan);
        }
        else
        {
            Finish(DeadlinePassed());
        }
    }

    private sealed record Outcome(Status Status, Metadata Trailers);
}
