using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Watching;

namespace Edge.Tests;

/// <summary>A service behind the edge: keeps what it is asked, and tells what it is told to.</summary>
internal sealed class ScriptedWatch : Watching.Realtime.RealtimeBase
{
    public const string BadToken = "bad";

    private readonly Channel<WatchRequest> asked = Channel.CreateUnbounded<WatchRequest>();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask<WatchRequest> NextAsync(CancellationToken ct) => asked.Reader.ReadAsync(ct);

    public bool WasAsked => asked.Reader.TryPeek(out _);

    /// <summary>Of one watch; whoever it was.</summary>
    public Task Ended => ended.Task;

    /// <summary>Answers a subscription.</summary>
    public Func<Topic, IServerStreamWriter<WatchReply>, CancellationToken, Task> OnSubscribe { get; set; } = (_, _, _) => Task.CompletedTask;

    public override async Task Watch(IAsyncStreamReader<WatchRequest> requestStream, IServerStreamWriter<WatchReply> responseStream, ServerCallContext context)
    {
        try
        {
            await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            {
                asked.Writer.TryWrite(request);
                if (request.Authenticate?.Token is "" or BadToken)
                {
                    throw new RpcException(new(StatusCode.Unauthenticated, "no"));
                }

                if (request.Subscribe is { } topic)
                {
                    await OnSubscribe(topic, responseStream, context.CancellationToken);
                }
            }
        }
        finally
        {
            ended.TrySetResult();
        }
    }

    public static WatchReply Updated(Topic topic, string json) => new()
    {
        Happening = new() { Event = "UPDATED", Doctype = topic.Doctype, Id = "1", Document = ByteString.CopyFromUtf8(json) },
    };
}
