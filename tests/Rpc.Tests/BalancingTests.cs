using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rpc.Balancing;

namespace Rpc.Tests;

/// <summary>Calls to a service of several replicas.</summary>
public sealed class BalancingTests
{
    // Nobody listens at it.
    private const string Dead = "http://127.0.0.1:1";

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://a:1", "http://a:1/")]
    [InlineData(" http://a:1/ ; https://b ;", "http://a:1/;https://b/")]
    [InlineData("http://a:1;http://a:1", "http://a:1/")]
    public void A_setting_names_one_address_or_several(string text, string read) => Assert.Equal(read, ServiceAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData(";")]
    [InlineData("a:1")]
    [InlineData("ftp://a")]
    [InlineData("http://a:1/path")]
    [InlineData("http://a:1,http://b:1")]
    [InlineData("http://a:1;b")]
    public void What_is_no_address_is_refused(string text) => Assert.Throws<FormatException>(() => ServiceAddress.Parse(text));

    [Fact]
    public async Task A_name_is_all_of_its_addresses_and_is_followed()
    {
        await using var one = await Replica.StartAsync(IPAddress.Loopback);
        await using var other = await Replica.StartAsync(IPAddress.Parse("127.0.0.2"), one.Port);
        List<string> names = ["127.0.0.1", "127.0.0.2"];
        using var replicas = Of($"http://service:{one.Port}", _ => names.Count > 0 ? [.. names.Select(IPAddress.Parse)] : throw new SocketException((int)SocketError.HostNotFound));
        using var http = new HttpMessageInvoker(new ReplicaHandler(replicas, new SocketsHttpHandler()));

        await replicas.LookAsync();
        await AskAsync(http, 60);
        Assert.True(one.Asked > 0 && other.Asked > 0, $"{one.Asked} and {other.Asked}");

        names.Remove("127.0.0.1");
        await replicas.LookAsync();
        var before = one.Asked;
        await AskAsync(http, 20);
        Assert.Equal(before, one.Asked);

        // Nobody is forgotten because a DNS is away.
        names.Clear();
        await replicas.LookAsync();
        await AskAsync(http, 20);
        Assert.Equal(before, one.Asked);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("MOVE")]
    public async Task What_could_not_be_sent_goes_to_another(string method)
    {
        await using var alive = await Replica.StartAsync(IPAddress.Loopback);
        using var replicas = Of($"{Dead};{alive.Address};http://127.0.0.2:1");
        using var http = new HttpMessageInvoker(new ReplicaHandler(replicas, new SocketsHttpHandler()));
        for (var i = 0; i < 10; i++)
        {
            using var request = new HttpRequestMessage(new(method), "http://service/a%2Fb//../c?d=%20") { Content = method == "PUT" ? new ByteArrayContent([1, 2, 3]) : null };
            request.Headers.Host = "alma.example";
            using var answer = await http.SendAsync(request, TestEnds);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(10, alive.Asked);
        Assert.Equal(("alma.example", method == "PUT" ? 3 : 0), (alive.LastHost, alive.LastBytes));
    }

    [Fact]
    public async Task What_reads_is_asked_of_another_when_no_answer_began_and_what_writes_is_not()
    {
        await using var one = await Replica.StartAsync(IPAddress.Loopback);
        await using var other = await Replica.StartAsync(IPAddress.Loopback);
        one.Handler = other.Handler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        using var replicas = Of($"{one.Address};{other.Address}");
        using var http = new HttpMessageInvoker(new ReplicaHandler(replicas, new SocketsHttpHandler()));

        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(new(HttpMethod.Get, "http://service/"), TestEnds));
        Assert.Equal((1, 1), (one.Asked, other.Asked));

        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(new(HttpMethod.Delete, "http://service/"), TestEnds));
        Assert.Equal(3, one.Asked + other.Asked);
    }

    [Fact]
    public async Task A_write_whose_connection_was_in_use_before_is_not_repeated_by_the_transport()
    {
        await using var server = await Replica.StartAsync(IPAddress.Loopback);
        using var replicas = Of(server.Address.ToString());
        using var http = new HttpMessageInvoker(new ReplicaHandler(replicas, new SocketsHttpHandler()));
        await AskAsync(http, 1);
        server.Handler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(new(HttpMethod.Delete, "http://service/"), TestEnds));

        Assert.Equal(2, server.Asked);
    }

    [Fact]
    public async Task One_that_is_not_ready_is_left_out_until_it_is()
    {
        await using var one = await Replica.StartAsync(IPAddress.Loopback);
        await using var other = await Replica.StartAsync(IPAddress.Loopback);
        one.IsReady = false;
        using var replicas = Of($"{one.Address};{other.Address}");
        using var http = new HttpMessageInvoker(new ReplicaHandler(replicas, new SocketsHttpHandler()));
        await replicas.LookAsync();
        Assert.True(await replicas.IsReadyAsync(TestEnds));
        await AskAsync(http, 20);
        Assert.Equal((0, 20), (one.Asked, other.Asked));

        one.IsReady = true;
        await replicas.LookAsync();
        await AskAsync(http, 60);
        Assert.NotEqual(0, one.Asked);

        // Who says no may be asked all the same, when all say so.
        one.IsReady = other.IsReady = false;
        await replicas.LookAsync();
        Assert.False(await replicas.IsReadyAsync(TestEnds));
        await AskAsync(http, 1);
    }

    [Fact]
    public async Task One_whose_calls_are_not_answered_gets_no_more_of_them()
    {
        await using var stuck = await Replica.StartAsync(IPAddress.Loopback);
        await using var other = await Replica.StartAsync(IPAddress.Loopback);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource();
        stuck.Handler = _ =>
        {
            arrived.TrySetResult();
            return release.Task;
        };
        using var replicas = Of($"{stuck.Address};{other.Address}");
        using var http = new HttpMessageInvoker(new ReplicaHandler(replicas, new SocketsHttpHandler()));
        var calls = new List<Task<HttpResponseMessage>>();
        while (!arrived.Task.IsCompleted)
        {
            calls.Add(http.SendAsync(new(HttpMethod.Get, "http://service/"), TestEnds));
            await Task.WhenAny(calls[^1], arrived.Task);
        }

        await AskAsync(http, 30);

        Assert.Equal(1, stuck.Asked);
        release.SetResult();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Calls_of_gRPC_find_the_replicas_that_are_there()
    {
        var script = new Script
        {
            Sum = async (payloads, context) =>
            {
                var sum = new SumReply();
                await foreach (var payload in payloads.ReadAllAsync(context.CancellationToken))
                {
                    sum.Total += payload.Number;
                }

                return sum;
            },
        };
        await using var one = await script.StartAsync();
        await using var other = await script.StartAsync();
        using var replicas = new Replicas(ServiceAddress.Parse($"{Dead};{one.Http2};{other.Http2}"), HttpVersion.Version20, TimeProvider.System, NullLogger<Replicas>.Instance);
        using var channel = GrpcChannel.ForAddress("http://service", new() { HttpHandler = ReplicaHandler.ForGrpc(replicas), DisposeHttpClient = true });
        var client = new Interop.InteropClient(channel);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(i, (await client.EchoAsync(new Payload { Number = i }, cancellationToken: TestEnds)).Number);
            using var sum = client.Sum(cancellationToken: TestEnds);
            await sum.RequestStream.WriteAsync(new Payload { Number = i }, TestEnds);
            await sum.RequestStream.CompleteAsync();
            Assert.Equal(i, (await sum).Total);
        }

        await one.DisposeAsync();
        await client.EchoAsync(new Payload(), cancellationToken: TestEnds);
        await other.DisposeAsync();
        var gone = await Assert.ThrowsAsync<RpcException>(() => client.EchoAsync(new Payload(), cancellationToken: TestEnds).ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, gone.StatusCode);
    }

    private static Replicas Of(string addresses, Func<string, IPAddress[]>? resolve = null) => new(
        ServiceAddress.Parse(addresses), HttpVersion.Version11, TimeProvider.System, NullLogger.Instance, (name, _) => Task.FromResult(resolve!(name)));

    private static async Task AskAsync(HttpMessageInvoker http, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var answer = await http.SendAsync(new(HttpMethod.Get, "http://service/"), TestEnds);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    /// <summary>A server that counts what it is asked.</summary>
    private sealed class Replica(WebApplication app) : IAsyncDisposable
    {
        private int asked;

        public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

        public int Port => Address.Port;

        public int Asked => Volatile.Read(ref asked);

        public string? LastHost { get; private set; }

        public long LastBytes { get; private set; }

        public bool IsReady { get; set; } = true;

        public RequestDelegate Handler { get; set; } = _ => Task.CompletedTask;

        public static async Task<Replica> StartAsync(IPAddress address, int port = 0)
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.Logging.SetMinimumLevel(LogLevel.None);
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(address, port));
            var app = builder.Build();
            var replica = new Replica(app);
            app.Run(replica.AnswerAsync);
            await app.StartAsync(TestEnds);
            return replica;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task AnswerAsync(HttpContext context)
        {
            if (context.Request.Path == "/health/ready")
            {
                context.Response.StatusCode = IsReady ? 200 : 503;
                return;
            }

            Interlocked.Increment(ref asked);
            LastHost = context.Request.Host.Value;
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            LastBytes = body.Length;
            await Handler(context);
        }
    }
}
