using Grpc.Core;
using Watching;

namespace Edge.Realtime;

/// <summary>One service's part of a session: what the client asks goes there, what it tells goes to the client.</summary>
internal sealed class ServiceWatch : IDisposable
{
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchReply> call;

    private ServiceWatch(AsyncDuplexStreamingCall<WatchRequest, WatchReply> call, Task telling) => (this.call, Telling) = (call, telling);

    /// <summary>Ends with an exception when the service is gone, or does not accept the token.</summary>
    public Task Telling { get; }

    public static ServiceWatch Open(Watching.Realtime.RealtimeClient service, ClientSocket client, CancellationToken ct)
    {
        var call = service.Watch(cancellationToken: ct);
        return new(call, TellAsync(call.ResponseStream, client, ct));
    }

    public Task AskAsync(WatchRequest request, CancellationToken ct) => AnsweredAsync(() => call.RequestStream.WriteAsync(request, ct));

    public void Dispose() => call.Dispose();

    private static Task TellAsync(IAsyncStreamReader<WatchReply> replies, ClientSocket client, CancellationToken ct) => AnsweredAsync(async () =>
    {
        while (await replies.MoveNext(ct))
        {
            var reply = replies.Current;
            var frame = reply.ReplyCase switch
            {
                WatchReply.ReplyOneofCase.Happening => ServerFrame.Event(reply.Happening),
                WatchReply.ReplyOneofCase.Forbidden => ServerFrame.Forbidden(reply.Forbidden),
                WatchReply.ReplyOneofCase.Refused => ServerFrame.TooMany(reply.Refused),
                _ => default,
            };
            if (!frame.IsEmpty)
            {
                await client.SendAsync(frame, ct);
            }
        }

        throw SessionEndException.Again("the service has ended the watch");
    });

    private static async Task AnsweredAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated)
        {
            throw SessionEndException.Unauthorized();
        }
        catch (RpcException)
        {
            throw SessionEndException.Again("the service is not there");
        }
    }
}
