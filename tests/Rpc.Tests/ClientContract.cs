using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Rpc.Tests;

/// <summary>What our client must get right with any server of the interop service.</summary>
public abstract class ClientContract : IAsyncLifetime
{
    private GrpcChannel channel = null!;

    private protected Interop.InteropClient Client { get; private set; } = null!;

    private protected static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        channel = GrpcChannel.ForAddress(await GetAddressAsync(), new GrpcChannelOptions { MaxReceiveMessageSize = 4_000_000 });
        Client = new Interop.InteropClient(channel);
    }

    public ValueTask DisposeAsync()
    {
        channel.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Unary_call_brings_text_bytes_and_64_bit_numbers_back()
    {
        var sent = new Payload { Text = "héllo ☃", Data = Noise(200_000), Number = 9007199254740993 };

        Assert.Equal(sent, await Client.EchoAsync(sent, cancellationToken: TestEnds));
    }

    [Fact]
    public async Task Unary_call_with_an_empty_message() =>
        Assert.Equal(new Payload(), await Client.EchoAsync(new Payload(), cancellationToken: TestEnds));

    [Fact]
    public void Unary_call_from_a_thread_that_blocks() =>
        Assert.Equal("a", Client.Echo(new Payload { Text = "a" }, cancellationToken: TestEnds).Text);

    [Fact]
    public async Task Unary_call_ends_with_status_OK()
    {
        using var call = Client.EchoAsync(new Payload { Number = 1 }, cancellationToken: TestEnds);
        await call;

        Assert.Equal(Status.DefaultSuccess.StatusCode, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Unary_call_of_3_MB()
    {
        var data = Noise(3_000_000);

        Assert.Equal(data, (await Client.EchoAsync(new Payload { Data = data }, cancellationToken: TestEnds)).Data);
    }

    [Fact]
    public async Task A_hundred_unary_calls_at_once_get_their_own_answers()
    {
        var replies = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => Client.EchoAsync(new Payload { Number = i }, cancellationToken: TestEnds).ResponseAsync));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), replies.Select(reply => reply.Number));
    }

    [Fact]
    public async Task Server_streaming_brings_every_message_in_order()
    {
        using var call = Client.Count(new CountRequest { Count = 500, Size = 1000 }, cancellationToken: TestEnds);
        var numbers = await call.ResponseStream.ReadAllAsync(TestEnds).Select(payload => payload.Number).ToListAsync(TestEnds);

        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), numbers);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Server_streaming_of_nothing_is_OK()
    {
        using var call = Client.Count(new CountRequest(), cancellationToken: TestEnds);

        Assert.False(await call.ResponseStream.MoveNext(TestEnds));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Server_streaming_that_fails_brings_the_messages_before_the_failure()
    {
        using var call = Client.Count(new CountRequest { Count = 10, Size = 10, FailAfter = 3 }, cancellationToken: TestEnds);
        var received = 0;
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var payload in call.ResponseStream.ReadAllAsync(TestEnds))
            {
                received++;
            }
        });

        Assert.Equal(3, received);
        Assert.Equal((StatusCode.Aborted, "stopped at 3"), (failure.StatusCode, failure.Status.Detail));
    }

    [Fact]
    public async Task Client_streaming_sends_every_message()
    {
        using var call = Client.Sum(cancellationToken: TestEnds);
        for (var i = 1; i <= 300; i++)
        {
            await call.RequestStream.WriteAsync(new Payload { Number = i, Data = Noise(100) }, TestEnds);
        }

        await call.RequestStream.CompleteAsync();

        Assert.Equal(new SumReply { Messages = 300, Bytes = 30_000, Total = 45_150 }, await call);
    }

    [Fact]
    public async Task Client_streaming_of_nothing()
    {
        using var call = Client.Sum(cancellationToken: TestEnds);
        await call.RequestStream.CompleteAsync();

        Assert.Equal(new SumReply(), await call);
    }

    [Fact]
    public async Task Bidirectional_ping_pong_waits_for_each_answer()
    {
        using var call = Client.Chat(cancellationToken: TestEnds);
        for (var i = 0; i < 50; i++)
        {
            await call.RequestStream.WriteAsync(new Payload { Number = i }, TestEnds);
            Assert.True(await call.ResponseStream.MoveNext(TestEnds));
            Assert.Equal(i, call.ResponseStream.Current.Number);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestEnds));
    }

    [Fact]
    public async Task Every_status_code_arrives_with_its_text()
    {
        for (var code = 1; code <= 16; code++)
        {
            var failure = await FailureAsync(new FailRequest { Code = code, Detail = $"d{code}" });
            Assert.Equal(((StatusCode)code, $"d{code}"), (failure.StatusCode, failure.Status.Detail));
        }
    }

    [Fact]
    public async Task Status_text_in_UTF_8_arrives_as_it_was() =>
        Assert.Equal("né 100% ☃\n/", (await FailureAsync(new FailRequest { Code = 5, Detail = "né 100% ☃\n/" })).Status.Detail);

    [Fact]
    public async Task An_error_brings_its_trailers()
    {
        var failure = await FailureAsync(new FailRequest { Code = 9 });

        Assert.Equal("because", failure.Trailers.GetValue("x-why"));
        Assert.Equal([0x00, 0xFF], failure.Trailers.GetValueBytes("x-why-bin")!);
    }

    [Fact]
    public async Task Metadata_goes_both_ways_as_text_and_bytes()
    {
        Metadata sent = [new("x-text", "a b"), new("x-data-bin", [1, 2, 0xFE])];
        using var call = Client.MetadataAsync(new Payload(), sent, cancellationToken: TestEnds);
        var headers = await call.ResponseHeadersAsync;

        Assert.Equal(["x-data-bin=0102FE", "x-text=a b"], (await call).Entries);
        Assert.Equal("a b", headers.GetValue("x-text"));
        Assert.Equal([1, 2, 0xFE], headers.GetValueBytes("x-data-bin")!);
        Assert.Equal("bye", call.GetTrailers().GetValue("x-end"));
    }

    [Fact]
    public virtual async Task Binary_metadata_that_repeats_arrives_as_two_values()
    {
        Metadata sent = [new("x-data-bin", [1]), new("x-data-bin", [2])];

        Assert.Equal(["x-data-bin=01", "x-data-bin=02"], (await Client.MetadataAsync(new Payload(), sent, cancellationToken: TestEnds)).Entries);
    }

    [Fact]
    public async Task Deadline_of_a_unary_call()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await Client.HangAsync(new Payload { Text = Guid.NewGuid().ToString() }, deadline: In(200), cancellationToken: TestEnds));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task Deadline_of_a_stream_that_has_begun()
    {
        using var call = Client.HangAfterOne(new Payload { Text = Guid.NewGuid().ToString() }, deadline: In(2000), cancellationToken: TestEnds);
        Assert.True(await call.ResponseStream.MoveNext(TestEnds));

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestEnds));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task Cancelling_ends_a_stream_with_CANCELLED()
    {
        using var source = new CancellationTokenSource();
        using var call = Client.HangAfterOne(new Payload { Text = Guid.NewGuid().ToString() }, cancellationToken: source.Token);
        Assert.True(await call.ResponseStream.MoveNext(TestEnds));

        await source.CancelAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestEnds));
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    [Fact]
    public async Task Disposing_ends_a_stream_with_CANCELLED()
    {
        var call = Client.HangAfterOne(new Payload { Text = Guid.NewGuid().ToString() }, cancellationToken: TestEnds);
        Assert.True(await call.ResponseStream.MoveNext(TestEnds));
        var reading = call.ResponseStream.MoveNext(TestEnds);

        call.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => reading)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task An_unknown_method_is_UNIMPLEMENTED()
    {
        var method = new Method<string, string>(MethodType.Unary, "rpc.interop.Interop", "Nothing", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(cancellationToken: TestEnds), "");

        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
    }

    [Fact]
    public async Task An_answer_over_the_limit_is_RESOURCE_EXHAUSTED()
    {
        using var call = Client.Count(new CountRequest { Count = 1, Size = 4_100_000 }, cancellationToken: TestEnds);

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestEnds));
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    /// <summary>The address of a running server.</summary>
    private protected abstract Task<Uri> GetAddressAsync();

    private static ByteString Noise(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static DateTime In(int milliseconds) => TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(milliseconds);

    private async Task<RpcException> FailureAsync(FailRequest request) =>
        await Assert.ThrowsAsync<RpcException>(async () => await Client.FailAsync(request, cancellationToken: TestEnds));
}
