using System.Buffers;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Rpc.Wire;

namespace Rpc.Server;

/// <summary>One gRPC call: its messages, and its one end. Whoever ends it first, the handler or the deadline, writes the status.</summary>
internal sealed class ServerCall : HttpCallContext, IAsyncDisposable
{
    private const int Http2Cancel = 0x8;

    // Frames queued behind a slow reader have this long to leave before the stream is reset.
    private static readonly TimeSpan DeadlineGrace = TimeSpan.FromSeconds(1);

    // A timer takes at most 49 days; a longer deadline is waited for in parts.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private readonly TimeProvider clock;
    private readonly MessageReader reader;
    private readonly MessageWriter writer;
    private readonly bool compress;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly DateTime deadline = DateTime.MaxValue;
    private readonly CancellationTokenSource? cancellation;
    private readonly ITimer? timer;
    private readonly TaskCompletionSource deadlineAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int ended;
    private bool started;
    private bool callerReset;

    /// <exception cref="RpcException">The request's head asks for something that is not understood.</exception>
    public ServerCall(HttpContext http, IMethod method, GrpcServiceOptions options, TimeProvider clock)
        : base(http, method)
    {
        this.clock = clock;
        compress = options.ResponseCompressionAlgorithm == GrpcProtocol.Gzip && RequestHead.AcceptsGzip(http.Request);
        reader = new(http.Request.BodyReader, options.MaxReceiveMessageSize, RequestHead.ReadEncoding(http.Request));
        writer = new(options.MaxSendMessageSize, compress);

        if (RequestHead.ReadTimeout(http.Request) is { } timeout)
        {
            var now = clock.GetUtcNow().UtcDateTime;
            deadline = DateTime.MaxValue - now > timeout ? now + timeout : DateTime.MaxValue;
            cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
            timer = clock.CreateTimer(static call => _ = ((ServerCall)call!).OnTimerAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            WaitForDeadline(timeout);
        }
    }

    /// <summary>The caller has reset the stream or hung up: there is no one to answer.</summary>
    public bool CallerGone => callerReset || HttpContext.RequestAborted.IsCancellationRequested;

    protected override DateTime DeadlineCore => deadline;

    protected override CancellationToken CancellationTokenCore => cancellation?.Token ?? HttpContext.RequestAborted;

    /// <summary>The next message, or null at the end.</summary>
    public async ValueTask<T?> ReadMessageAsync<T>(Marshaller<T> marshaller, CancellationToken ct)
        where T : class
    {
        using var either = ct.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(ct, CancellationToken) : null;
        try
        {
            return await reader.ReadAsync(marshaller, either?.Token ?? CancellationToken);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException)
        {
            // The reset of a stream may surface here before RequestAborted fires.
            callerReset = true;
            throw new OperationCanceledException("The caller has reset the stream.", e);
        }
    }

    /// <summary>The one message of a call that takes no stream.</summary>
    public async ValueTask<T> ReadOnlyMessageAsync<T>(Marshaller<T> marshaller)
        where T : class
    {
        var message = await ReadMessageAsync(marshaller, CancellationToken.None);
        return message is not null && await ReadMessageAsync(marshaller, CancellationToken.None) is null
            ? message
            : throw new RpcException(new Status(StatusCode.Unimplemented, $"{Method} takes exactly one request message."));
    }

    public async Task WriteMessageAsync<T>(T message, Marshaller<T> marshaller, WriteFlags flags, CancellationToken ct)
    {
        using var either = ct.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(ct, CancellationToken) : null;
        var token = either?.Token ?? CancellationToken;
        await writing.WaitAsync(token);
        try
        {
            token.ThrowIfCancellationRequested();
            var frame = writer.Frame(message, marshaller, (flags & WriteFlags.NoCompress) == 0);
            Start();
            var body = HttpContext.Response.BodyWriter;
            body.Write(frame.Span);
            if ((flags & WriteFlags.BufferHint) == 0)
            {
                await body.FlushAsync(token);
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>The one answer of a call; it leaves together with the status.</summary>
    public Task WriteReplyAsync<T>(T message, Marshaller<T> marshaller) => Status.StatusCode == StatusCode.OK
        ? WriteMessageAsync(message, marshaller, (WriteOptions?.Flags ?? default) | WriteFlags.BufferHint, CancellationToken.None)
        : Task.CompletedTask;

    /// <summary>Writes the status and the trailers, unless the deadline was faster; then waits until that answer is out.</summary>
    public async Task EndAsync(Status status, Metadata? trailers)
    {
        if (Interlocked.Exchange(ref ended, 1) != 0)
        {
            await deadlineAnswered.Task;
        }
        else if (!CallerGone)
        {
            ServerTrailers.Write(HttpContext.Response, started, status, [.. ResponseTrailers, .. trailers ?? []]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (timer is not null)
        {
            await timer.DisposeAsync();
        }

        cancellation?.Dispose();
        writing.Dispose();
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        await writing.WaitAsync(CancellationToken);
        try
        {
            CancellationToken.ThrowIfCancellationRequested();
            if (started)
            {
                throw new InvalidOperationException("The response headers have been sent already.");
            }

            foreach (var (name, value) in MetadataHeaders.ToHeaders(responseHeaders))
            {
                HttpContext.Response.Headers.Append(name, value);
            }

            Start();
            await HttpContext.Response.BodyWriter.FlushAsync(CancellationToken);
        }
        finally
        {
            writing.Release();
        }
    }

    // From here on the status goes into the trailers, even while Response.HasStarted is false because nothing was flushed yet.
    private void Start()
    {
        if (!started && compress)
        {
            HttpContext.Response.Headers[GrpcProtocol.EncodingHeader] = GrpcProtocol.Gzip;
        }

        started = true;
    }

    private void WaitForDeadline(TimeSpan left) => timer!.Change(left < LongestWait ? left : LongestWait, Timeout.InfiniteTimeSpan);

    private async Task OnTimerAsync()
    {
        var left = deadline - clock.GetUtcNow().UtcDateTime;
        if (left > TimeSpan.Zero)
        {
            WaitForDeadline(left);
        }
        else if (Interlocked.Exchange(ref ended, 1) == 0)
        {
            try
            {
                await AnswerDeadlineAsync();
                deadlineAnswered.SetResult();
            }
            catch (Exception e)
            {
                deadlineAnswered.SetException(e);
            }
        }
    }

    // The handler may still run, and may be in the middle of a write: cancelling gets it out of there, then the answer is ours to write.
    private async Task AnswerDeadlineAsync()
    {
        var cancelling = cancellation!.CancelAsync();
        await writing.WaitAsync();
        try
        {
            if (!CallerGone)
            {
                ServerTrailers.Write(HttpContext.Response, started, new Status(StatusCode.DeadlineExceeded, "The deadline has passed."), []);
                await HttpContext.Response.CompleteAsync().WaitAsync(DeadlineGrace, clock);
            }
        }
        catch (TimeoutException)
        {
            // The caller does not read; the reset tells it.
        }
        finally
        {
            HttpContext.Features.Get<IHttpResetFeature>()?.Reset(Http2Cancel);
            writing.Release();
        }

        await cancelling;
    }
}
