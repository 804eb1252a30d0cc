using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Rpc.Tests;

/// <summary>The client against servers that are absent, broken or no gRPC servers at all, and its registration.</summary>
public sealed class ClientTests
{
    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_not_there_is_UNAVAILABLE()
    {
        var server = await new Script().StartAsync();
        await server.DisposeAsync();

        Assert.Equal(StatusCode.Unavailable, (await FailureAsync(server.Http2)).StatusCode);
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(200, StatusCode.Unknown)]
    public async Task An_answer_that_is_not_gRPC_becomes_the_status_that_the_protocol_names(int http, StatusCode expected)
    {
        await using var server = await RpcServer.StartAsync(_ => { }, app => app.Run(context =>
        {
            context.Response.StatusCode = http;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<h1>hello</h1>");
        }));

        Assert.Equal(expected, (await FailureAsync(server.Http2)).StatusCode);
    }

    [Theory]
    [InlineData("", StatusCode.Unknown)]
    [InlineData("nonsense", StatusCode.Unknown)]
    [InlineData("99", StatusCode.Unknown)]
    [InlineData("0", StatusCode.Unimplemented)]
    public async Task An_answer_without_a_message_or_a_proper_status_is_a_failure(string grpcStatus, StatusCode expected)
    {
        await using var server = await RpcServer.StartAsync(_ => { }, app => app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.FlushAsync();
            if (grpcStatus.Length > 0)
            {
                context.Response.AppendTrailer("grpc-status", grpcStatus);
            }
        }));

        Assert.Equal(expected, (await FailureAsync(server.Http2)).StatusCode);
    }

    [Fact]
    public async Task A_stream_that_the_server_resets_is_not_a_whole_stream()
    {
        await using var server = await RpcServer.StartAsync(_ => { }, app => app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(GrpcWire.Frame(new Payload { Number = 1 }));
            await context.Response.Body.FlushAsync();
            context.Abort();
        }));
        using var channel = GrpcChannel.ForAddress(server.Http2);
        using var call = new Interop.InteropClient(channel).Count(new CountRequest(), cancellationToken: TestEnds);

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(TestEnds))
            {
                Assert.Equal(1, call.ResponseStream.Current.Number);
            }
        });
        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Fact]
    public async Task A_deadline_in_the_past_fails_without_a_request()
    {
        await using var server = await new Script { Echo = (_, _) => throw new InvalidOperationException("called") }.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Http2);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await new Interop.InteropClient(channel)
            .EchoAsync(new Payload(), deadline: DateTime.UnixEpoch, cancellationToken: TestEnds));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public void A_deadline_in_local_time_is_refused()
    {
        using var channel = GrpcChannel.ForAddress("http://localhost");

        Assert.Throws<ArgumentException>(() => new Interop.InteropClient(channel)
            .EchoAsync(new Payload(), deadline: new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Local), cancellationToken: TestEnds));
    }

    [Fact]
    public async Task Disposing_the_channel_cancels_its_calls()
    {
        await using var our = new OurServer();
        await our.InitializeAsync();
        var channel = GrpcChannel.ForAddress(our.Server.Http2);
        using var call = new Interop.InteropClient(channel).HangAsync(new Payload { Text = "channel" }, cancellationToken: TestEnds);
        await our.Log.HangingAsync("channel");

        channel.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await our.Log.CancelledAsync("channel");
        Assert.Throws<ObjectDisposedException>(channel.CreateCallInvoker);
    }

    [Fact]
    public async Task A_message_over_the_sending_limit_is_RESOURCE_EXHAUSTED()
    {
        await using var server = await new Script().StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Http2, new GrpcChannelOptions { MaxSendMessageSize = 10 });
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await new Interop.InteropClient(channel).EchoAsync(new Payload { Text = new string('x', 20) }, cancellationToken: TestEnds));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task A_registered_client_calls_its_address_with_its_credentials_and_channel_options()
    {
        await using var server = await new Script
        {
            Echo = (_, context) => Task.FromResult(
                new Payload { Text = $"{context.RequestHeaders.GetValue("authorization")} {context.RequestHeaders.GetValue("x-call")}" }),
        }.StartAsync();
        var services = new ServiceCollection();
        services.AddScoped<Caller>();
        services.AddGrpcClient<Interop.InteropClient>(options => options.Address = server.Http2)
            .ConfigureChannel(channel =>
            {
                channel.UnsafeUseInsecureChannelCallCredentials = true;
                channel.MaxSendMessageSize = 100;
            })
            .AddCallCredentials((context, metadata, scope) =>
            {
                metadata.Add("authorization", $"{scope.GetRequiredService<Caller>().Name} {new Uri(context.ServiceUrl).AbsolutePath} {context.MethodName}");
                return Task.CompletedTask;
            });
        await using var provider = services.BuildServiceProvider();
        foreach (var name in new[] { "ada", "bob" })
        {
            await using var scope = provider.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<Caller>().Name = name;
            var client = scope.ServiceProvider.GetRequiredService<Interop.InteropClient>();

            var reply = await client.EchoAsync(new Payload(), [new("x-call", "1")], cancellationToken: TestEnds);
            Assert.Equal($"{name} /rpc.interop.Interop Echo 1", reply.Text);

            var tooLong = new Payload { Text = new string('x', 200) };
            var failure = await Assert.ThrowsAsync<RpcException>(async () => await client.EchoAsync(tooLong, cancellationToken: TestEnds));
            Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        }
    }

    [Fact]
    public async Task Credentials_do_not_go_over_http_unless_that_was_allowed()
    {
        await using var server = await new Script { Echo = (_, _) => throw new RpcException(new Status(StatusCode.OutOfRange, "called")) }.StartAsync();
        var services = new ServiceCollection();
        services.AddGrpcClient<Interop.InteropClient>(options => options.Address = server.Http2)
            .AddCallCredentials((_, metadata) =>
            {
                metadata.Add("authorization", "secret");
                return Task.CompletedTask;
            });
        await using var provider = services.BuildServiceProvider();
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await provider.GetRequiredService<Interop.InteropClient>().EchoAsync(new Payload(), cancellationToken: TestEnds));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.Contains("UnsafeUseInsecureChannelCallCredentials", failure.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<RpcException> FailureAsync(Uri server)
    {
        using var channel = GrpcChannel.ForAddress(server);
        return await Assert.ThrowsAsync<RpcException>(
            async () => await new Interop.InteropClient(channel).EchoAsync(new Payload(), cancellationToken: TestEnds));
    }

    private sealed class Caller
    {
        public string Name { get; set; } = "";
    }
}
