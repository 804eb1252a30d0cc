using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Rpc.Tests;

/// <summary>What a handler meets, and what its caller is told.</summary>
public sealed class ServerCallTests
{
    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unexpected_exception_is_UNKNOWN_without_its_text()
    {
        var script = new Script { Echo = (_, _) => throw new InvalidOperationException("a secret") };
        await using var server = await script.StartAsync();
        await using var open = await script.StartAsync(options => options.EnableDetailedErrors = true);

        Assert.Equal((StatusCode.Unknown, "The handler failed."), await EchoFailureAsync(server));
        Assert.Equal((StatusCode.Unknown, "The handler failed. InvalidOperationException: a secret"), await EchoFailureAsync(open));
    }

    [Fact]
    public async Task MapException_turns_an_exception_into_the_status_it_means()
    {
        await using var server = await new Script
        {
            Echo = (request, _) => throw (request.Text == "known" ? new KeyNotFoundException("gone") : new InvalidOperationException("bug")),
        }.StartAsync(options => options.MapException = e => e is KeyNotFoundException ? new RpcException(new Status(StatusCode.NotFound, e.Message)) : null);

        Assert.Equal((StatusCode.NotFound, "gone"), await EchoFailureAsync(server, "known"));
        Assert.Equal((StatusCode.Unknown, "The handler failed."), await EchoFailureAsync(server, "other"));
    }

    [Fact]
    public async Task A_status_that_was_set_is_the_answer()
    {
        await using var server = await new Script
        {
            Echo = (request, context) =>
            {
                context.Status = new Status(StatusCode.FailedPrecondition, "set");
                return Task.FromResult(request);
            },
        }.StartAsync();

        Assert.Equal((StatusCode.FailedPrecondition, "set"), await EchoFailureAsync(server));
    }

    [Fact]
    public async Task A_message_over_the_sending_limit_is_RESOURCE_EXHAUSTED_and_nothing_of_it_is_sent()
    {
        await using var server = await new Script { Echo = (_, _) => Task.FromResult(new Payload { Text = new string('x', 101) }) }
            .StartAsync(options => options.MaxSendMessageSize = 100);
        var answer = await GrpcWire.PostAsync(server.Http2, GrpcWire.Echo, GrpcWire.Frame(new Payload()));

        Assert.Equal(("8", 0), (answer.Status, answer.Body.Length));
    }

    [Fact]
    public async Task Trailers_that_HTTP_cannot_carry_make_the_call_INTERNAL()
    {
        await using var server = await new Script
        {
            Echo = (request, context) =>
            {
                context.ResponseTrailers.Add("x-name", "é");
                return Task.FromResult(request);
            },
        }.StartAsync();

        Assert.Equal(StatusCode.Internal, (await EchoFailureAsync(server)).Code);
    }

    [Fact]
    public async Task Cancelling_a_call_cancels_its_handler()
    {
        var log = new CallLog();
        await using var server = await new Script
        {
            Echo = async (request, context) =>
            {
                await log.HangAsync("unary", context.CancellationToken);
                return request;
            },
        }.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Http2);

        using var unary = new Interop.InteropClient(channel).EchoAsync(new Payload(), cancellationToken: TestEnds);
        await log.HangingAsync("unary");
        unary.Dispose();
        await log.CancelledAsync("unary");
    }

    [Fact]
    public async Task An_upload_that_was_not_completed_never_looks_whole_to_its_handler()
    {
        var begun = Channel.CreateUnbounded<bool>();
        var ends = Channel.CreateUnbounded<Exception?>();
        await using var server = await new Script
        {
            Sum = async (requests, context) =>
            {
                Assert.True(await requests.MoveNext(context.CancellationToken));
                begun.Writer.TryWrite(true);
                ends.Writer.TryWrite(await Record.ExceptionAsync(() => requests.MoveNext(context.CancellationToken)));
                return new SumReply();
            },
        }.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Http2);

        // Many times: the end of the stream and its reset could be in a race.
        for (var i = 0; i < 100; i++)
        {
            using var call = new Interop.InteropClient(channel).Sum(cancellationToken: TestEnds);
            await call.RequestStream.WriteAsync(new Payload(), TestEnds);
            await begun.Reader.ReadAsync(TestEnds);
            call.Dispose();

            Assert.IsAssignableFrom<OperationCanceledException>(await ends.Reader.ReadAsync(TestEnds));
        }
    }

    [Fact]
    public async Task A_handler_that_streams_to_a_caller_who_left_is_cancelled()
    {
        var ended = new TaskCompletionSource<Exception?>();
        await using var server = await new Script
        {
            Count = async (responses, _) => ended.SetResult(await Record.ExceptionAsync(async () =>
            {
                while (true)
                {
                    await responses.WriteAsync(new Payload { Text = new string('x', 10_000) }, TestEnds);
                }
            })),
        }.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Http2);
        using (var call = new Interop.InteropClient(channel).Count(new CountRequest(), cancellationToken: TestEnds))
        {
            Assert.True(await call.ResponseStream.MoveNext(TestEnds));
        }

        Assert.IsAssignableFrom<OperationCanceledException>(await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestEnds));
    }

    [Fact]
    public async Task The_deadline_is_known_to_the_handler()
    {
        var seen = new TaskCompletionSource<DateTime>();
        await using var server = await new Script
        {
            Echo = (request, context) =>
            {
                seen.TrySetResult(context.Deadline);
                return Task.FromResult(request);
            },
        }.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Http2);
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1);
        await new Interop.InteropClient(channel).EchoAsync(new Payload(), deadline: deadline, cancellationToken: TestEnds);

        Assert.InRange((await seen.Task - deadline).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.Equal(DateTimeKind.Utc, (await seen.Task).Kind);
    }

    [Fact]
    public async Task The_scope_of_a_call_outlives_its_handler_even_past_the_deadline()
    {
        var goOn = new TaskCompletionSource();
        var wasDisposed = new TaskCompletionSource<bool>();
        await using var server = await new Script
        {
            Echo = async (request, context) =>
            {
                var scoped = context.GetHttpContext().RequestServices.GetRequiredService<Scoped>();
                await goOn.Task;
                wasDisposed.SetResult(scoped.Disposed.Task.IsCompleted);
                return request;
            },
        }.StartAsync(services: services => services.AddScoped<Scoped>());

        Assert.Equal("4", (await GrpcWire.PostAsync(server.Http2, GrpcWire.Echo, GrpcWire.Frame(new Payload()), headers: ("grpc-timeout", "50m"))).Status);
        goOn.SetResult();

        Assert.False(await wasDisposed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestEnds));
    }

    [Fact]
    public async Task An_early_refusal_of_an_upload_is_what_the_caller_sees()
    {
        await using var server = await new Script { Sum = (_, _) => throw new RpcException(new Status(StatusCode.PermissionDenied, "no")) }.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Http2);
        using var call = new Interop.InteropClient(channel).Sum(cancellationToken: TestEnds);
        var big = new Payload { Data = Google.Protobuf.ByteString.CopyFrom(new byte[1_000_000]) };

        var failedWrite = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                await call.RequestStream.WriteAsync(big, TestEnds);
            }
        });

        Assert.Equal((StatusCode.PermissionDenied, "no"), (failedWrite.StatusCode, failedWrite.Status.Detail));
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
    }

    [Fact]
    public async Task Response_headers_arrive_before_the_first_message()
    {
        var goOn = new TaskCompletionSource();
        await using var server = await new Script
        {
            Count = async (_, context) =>
            {
                await context.WriteResponseHeadersAsync([new("x-early", "1")]);
                await goOn.Task;
            },
        }.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Http2);
        using var call = new Interop.InteropClient(channel).Count(new CountRequest(), cancellationToken: TestEnds);

        Assert.Equal("1", (await call.ResponseHeadersAsync.WaitAsync(TestEnds)).GetValue("x-early"));
        goOn.SetResult();
        Assert.False(await call.ResponseStream.MoveNext(TestEnds));
    }

    private static async Task<(StatusCode Code, string Detail)> EchoFailureAsync(RpcServer server, string text = "")
    {
        using var channel = GrpcChannel.ForAddress(server.Http2);
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await new Interop.InteropClient(channel).EchoAsync(new Payload { Text = text }, cancellationToken: TestEnds));
        return (failure.StatusCode, failure.Status.Detail);
    }

    private sealed class Scoped : IDisposable
    {
        public TaskCompletionSource Disposed { get; } = new();

        public void Dispose() => Disposed.TrySetResult();
    }
}
