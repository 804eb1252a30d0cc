using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using Watching;

namespace RemoteFiles.Tests.Routes;

/// <summary>Watches a service as the edge does for one socket.</summary>
internal sealed class WatchClient : IDisposable
{
    private readonly GrpcChannel channel;
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchReply> call;

    public WatchClient(Uri service)
    {
        channel = GrpcChannel.ForAddress(service, new() { MaxReceiveMessageSize = null });
        call = new Watching.Realtime.RealtimeClient(channel).Watch(cancellationToken: Ct);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<WatchClient> OpenAsync(Uri service, string host, string token)
    {
        var client = new WatchClient(service);
        await client.AuthenticateAsync(host, token);
        return client;
    }

    public Task AuthenticateAsync(string host, string token) =>
        AskAsync(new() { Authenticate = new() { Host = host, Token = token } });

    public Task SubscribeAsync(string doctype, string id = "") =>
        AskAsync(new() { Subscribe = new() { Doctype = doctype, Id = id } });

    public Task UnsubscribeAsync(string doctype, string id = "") =>
        AskAsync(new() { Unsubscribe = new() { Doctype = doctype, Id = id } });

    /// <summary>Returns when all that was asked before has been done: requests are taken in their order.</summary>
    public async Task SettleAsync()
    {
        var nobody = "nobody." + Guid.NewGuid().ToString("N");
        await SubscribeAsync(nobody);
        Assert.Equal(nobody, (await ReadAsync()).Forbidden?.Doctype);
    }

    public async Task<WatchReply> ReadAsync()
    {
        Assert.True(await call.ResponseStream.MoveNext(Ct));
        return call.ResponseStream.Current;
    }

    public async Task<(string Event, string Id, JsonObject Json)> NextAsync()
    {
        var happening = (await ReadAsync()).Happening;
        Assert.NotNull(happening);
        return (happening.Event, happening.Id, JsonNode.Parse(happening.Document.ToStringUtf8())!.AsObject());
    }

    /// <summary>Reads to the end; how it ended.</summary>
    public async Task<RpcException> EndAsync() => await Assert.ThrowsAsync<RpcException>(async () =>
    {
        while (await call.ResponseStream.MoveNext(Ct))
        {
        }
    });

    public void Dispose()
    {
        call.Dispose();
        channel.Dispose();
    }

    private async Task AskAsync(WatchRequest request)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, Ct);
        }
        catch (RpcException)
        {
            // The call has ended already; whoever reads is told why.
        }
    }
}
