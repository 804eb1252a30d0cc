using Grpc.Core;

namespace Rpc.Server;

/// <summary>The messages a caller streams to a handler.</summary>
internal sealed class RequestStream<T>(ServerCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private T? current;

    public T Current => current ?? throw new InvalidOperationException("There is no message: call MoveNext first, and stop when it answers false.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        current = await call.ReadMessageAsync(marshaller, cancellationToken);
        return current is not null;
    }
}

/// <summary>The messages a handler streams to its caller.</summary>
internal sealed class ResponseStream<T>(ServerCall call, Marshaller<T> marshaller) : IServerStreamWriter<T>
    where T : class
{
    private WriteOptions? writeOptions;

    public WriteOptions? WriteOptions
    {
        get => writeOptions ?? call.WriteOptions;
        set => writeOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        return call.WriteMessageAsync(message, marshaller, WriteOptions?.Flags ?? default, cancellationToken);
    }
}
