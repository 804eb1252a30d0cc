using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Rpc.Wire;

namespace Rpc.Client;

/// <summary>The body of a call with one request message.</summary>
internal sealed class MessageContent<T> : HttpContent
{
    private readonly ReadOnlyMemory<byte> frame;

    public MessageContent(T message, Marshaller<T> marshaller, int? maxMessageSize)
    {
        frame = new MessageWriter(maxMessageSize, compress: false).Frame(message, marshaller, mayCompress: false);
        Headers.ContentType = new MediaTypeHeaderValue(GrpcProtocol.ContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        await stream.WriteAsync(frame, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

/// <summary>The body of a call that streams its requests: hands the stream over, and lasts until the writer completes.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task finished;

    public StreamedContent(Task finished)
    {
        this.finished = finished;
        Headers.ContentType = new MediaTypeHeaderValue(GrpcProtocol.ContentType);
    }

    /// <summary>The stream to write to, once the request is on its way.</summary>
    public Task<Stream> Opened => opened.Task;

    public void Complete() => completed.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Without this flush the headers would wait for the first message.
        await stream.FlushAsync(cancellationToken);
        opened.TrySetResult(stream);
        await Task.WhenAny(completed.Task, finished).WaitAsync(cancellationToken);
        if (!completed.Task.IsCompleted)
        {
            // Returning would end the stream properly, and the server would take what it has for the whole.
            throw new OperationCanceledException("The call ended before its request stream was completed.");
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
