using Grpc.Core;
using Rpc.Wire;

namespace Rpc.Client;

/// <summary>The messages a server streams to this caller.</summary>
internal sealed class ResponseStream<T>(ClientCall<T> call) : IAsyncStreamReader<T>
    where T : class
{
    private T? current;

    public T Current => current ?? throw new InvalidOperationException("There is no message: call MoveNext first, and stop when it answers false.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        current = await call.ReadMessageAsync(cancellationToken);
        return current is not null;
    }
}

/// <summary>The messages this caller streams to a server.</summary>
internal sealed class RequestStream<T>(ClientCall call, StreamedContent content, Marshaller<T> marshaller, int? maxMessageSize) : IClientStreamWriter<T>
    where T : class
{
    private readonly MessageWriter writer = new(maxMessageSize, compress: false);
    private int writing;
    private bool completed;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (completed)
        {
            throw new InvalidOperationException("The request stream has been completed.");
        }

        if (Interlocked.Exchange(ref writing, 1) != 0)
        {
            throw new InvalidOperationException("The previous message is still being written; await it first.");
        }

        try
        {
            using var cancelling = call.CancelBy(cancellationToken);
            await WriteFrameAsync(writer.Frame(message, marshaller, mayCompress: false));
        }
        finally
        {
            Volatile.Write(ref writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        completed = true;
        content.Complete();
        return Task.CompletedTask;
    }

    private async Task WriteFrameAsync(ReadOnlyMemory<byte> frame)
    {
        if (await Task.WhenAny(content.Opened, call.Finished) == call.Finished)
        {
            throw call.Failure();
        }

        try
        {
            var stream = await content.Opened;
            await stream.WriteAsync(frame, call.Cancellation);
            if (((WriteOptions?.Flags ?? default) & WriteFlags.BufferHint) == 0)
            {
                await stream.FlushAsync(call.Cancellation);
            }
        }
        catch (Exception e)
        {
            throw await call.ExplainFailedWriteAsync(e);
        }
    }
}
