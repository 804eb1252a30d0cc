using System.Net;
using Google.Protobuf;
using Grpc.Core;

namespace Rpc.Tests;

/// <summary>The server against requests made by hand.</summary>
public sealed class GrpcProtocolTests(OurServer our) : IClassFixture<OurServer>
{
    private static readonly byte[] Hello = GrpcWire.Frame(new Payload { Text = "hello" });

    private Uri Server => our.Server.Http2;

    [Fact]
    public async Task An_answer_is_its_message_and_then_trailers()
    {
        var answer = await GrpcWire.PostAsync(Server, GrpcWire.Echo, Hello);

        Assert.Equal(200, answer.HttpStatus);
        Assert.Equal(Hello, answer.Body);
        Assert.Equal("0", answer.Trailers["grpc-status"]);
        Assert.DoesNotContain("grpc-status", answer.Headers.Keys);
    }

    [Fact]
    public async Task An_error_without_messages_is_trailers_only()
    {
        var answer = await GrpcWire.PostAsync(Server, "/rpc.interop.Interop/Fail", GrpcWire.Frame(new FailRequest { Code = 5, Detail = "a\nb" }));

        Assert.Equal(("5", "a%0Ab"), (answer.Headers["grpc-status"], answer.Headers["grpc-message"]));
        Assert.Empty(answer.Body);
        Assert.Empty(answer.Trailers);
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;charset=utf-8")]
    public async Task Content_types_of_gRPC_are_taken(string contentType) =>
        Assert.Equal("0", (await GrpcWire.PostAsync(Server, GrpcWire.Echo, Hello, contentType)).Status);

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    public async Task Other_content_types_are_answered_415(string contentType) =>
        Assert.Equal((int)HttpStatusCode.UnsupportedMediaType, (await GrpcWire.PostAsync(Server, GrpcWire.Echo, Hello, contentType)).HttpStatus);

    [Fact]
    public async Task HTTP_1_is_answered_426() =>
        Assert.Equal((int)HttpStatusCode.UpgradeRequired, (await GrpcWire.PostAsync(our.Server.Http1, GrpcWire.Echo, Hello, http2: false)).HttpStatus);

    [Theory]
    [InlineData("/rpc.interop.Interop/Nothing")]
    [InlineData("/nothing.Nothing/Echo")]
    public async Task Unknown_methods_and_services_are_UNIMPLEMENTED(string path)
    {
        var answer = await GrpcWire.PostAsync(Server, path, Hello);

        Assert.Equal((200, "12"), (answer.HttpStatus, answer.Status));
    }

    [Fact]
    public async Task A_path_of_two_segments_that_is_not_gRPC_is_answered_404() =>
        Assert.Equal(404, (await GrpcWire.PostAsync(Server, "/nothing/nothing", Hello, "text/plain")).HttpStatus);

    public static TheoryData<string, byte[], string> Broken => new()
    {
        { "no message", [], "12" },
        { "two messages", [.. Hello, .. Hello], "12" },
        { "ends in the prefix", Hello[..3], "13" },
        { "ends in the message", Hello[..^1], "13" },
        { "not protobuf", GrpcWire.Frame([0x0A, 0xFF]), "13" },
        { "compressed without a grpc-encoding", GrpcWire.Frame(GrpcWire.Gzip([]), flag: 1), "13" },
        { "a flag of 2", GrpcWire.Frame([], flag: 2), "13" },
        { "a length over the limit", [0, 0x7F, 0xFF, 0xFF, 0xFF], "8" },
        { "a length over the largest array", [0, 0xFF, 0xFF, 0xFF, 0xFF], "8" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_request_gets_the_status_that_the_protocol_names(string what, byte[] body, string status)
    {
        Assert.NotEmpty(what);
        Assert.Equal(status, (await GrpcWire.PostAsync(Server, GrpcWire.Echo, body)).Status);
    }

    [Fact]
    public async Task A_compressed_request_is_inflated()
    {
        var message = new Payload { Text = new string('x', 100_000) };
        var answer = await GrpcWire.PostAsync(
            Server, GrpcWire.Echo, GrpcWire.Frame(GrpcWire.Gzip(message.ToByteArray()), flag: 1), headers: ("grpc-encoding", "gzip"));

        Assert.Equal("0", answer.Status);
        Assert.Equal(GrpcWire.Frame(message), answer.Body);
    }

    [Fact]
    public async Task A_message_that_grows_over_the_limit_is_RESOURCE_EXHAUSTED()
    {
        var bomb = GrpcWire.Gzip(new byte[64 * 1024 * 1024]);
        Assert.True(bomb.Length < 1024 * 1024);

        Assert.Equal("8", (await GrpcWire.PostAsync(Server, GrpcWire.Echo, GrpcWire.Frame(bomb, flag: 1), headers: ("grpc-encoding", "gzip"))).Status);
    }

    [Fact]
    public async Task A_broken_compression_is_INTERNAL() => Assert.Equal(
        "13", (await GrpcWire.PostAsync(Server, GrpcWire.Echo, GrpcWire.Frame([1, 2, 3], flag: 1), headers: ("grpc-encoding", "gzip"))).Status);

    [Fact]
    public async Task An_unknown_compression_is_UNIMPLEMENTED_with_those_there_are()
    {
        var answer = await GrpcWire.PostAsync(Server, GrpcWire.Echo, Hello, headers: ("grpc-encoding", "snappy"));

        Assert.Equal(("12", "identity,gzip"), (answer.Status, answer.Headers["grpc-accept-encoding"]));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("S")]
    [InlineData("-1S")]
    [InlineData("123456789S")]
    [InlineData("1x")]
    public async Task A_malformed_timeout_is_INTERNAL(string timeout) =>
        Assert.Equal("13", (await GrpcWire.PostAsync(Server, GrpcWire.Echo, Hello, headers: ("grpc-timeout", timeout))).Status);

    [Fact]
    public async Task The_longest_timeout_does_not_end_a_call() =>
        Assert.Equal("0", (await GrpcWire.PostAsync(Server, GrpcWire.Echo, Hello, headers: ("grpc-timeout", "99999999H"))).Status);

    [Fact]
    public async Task Binary_metadata_may_be_padded_or_not_and_joined_by_commas()
    {
        var answer = await GrpcWire.PostAsync(
            Server, "/rpc.interop.Interop/Metadata", GrpcWire.Frame(new Payload()), headers: [("x-a-bin", "AQ==,Ag, AwQ"), ("x-b", "1")]);

        Assert.Equal(["x-a-bin=01", "x-a-bin=02", "x-a-bin=0304", "x-b=1"], MetadataReply.Parser.ParseFrom(answer.Body.AsSpan(5)).Entries);
    }

    [Fact]
    public async Task Binary_metadata_that_is_not_base64_is_INTERNAL() => Assert.Equal(
        "13", (await GrpcWire.PostAsync(Server, "/rpc.interop.Interop/Metadata", GrpcWire.Frame(new Payload()), headers: ("x-a-bin", "***"))).Status);

    [Fact]
    public async Task A_handler_that_ignores_its_deadline_does_not_hold_up_the_answer()
    {
        var released = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var server = await new Script
        {
            Echo = async (request, context) =>
            {
                await using var registration = context.CancellationToken.Register(cancelled.SetResult);
                await released.Task;
                return request;
            },
        }.StartAsync();

        var answer = await GrpcWire.PostAsync(server.Http2, GrpcWire.Echo, Hello, headers: ("grpc-timeout", "100m"));
        Assert.Equal("4", answer.Status);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        released.SetResult();

        Assert.Equal("0", (await GrpcWire.PostAsync(server.Http2, GrpcWire.Echo, Hello)).Status);
    }

    [Fact]
    public async Task A_deadline_in_the_middle_of_a_stream_comes_after_its_messages()
    {
        var answer = await GrpcWire.PostAsync(
            Server, "/rpc.interop.Interop/HangAfterOne", GrpcWire.Frame(new Payload { Text = "wire-deadline" }), headers: ("grpc-timeout", "2S"));

        Assert.Equal(GrpcWire.Frame(new Payload { Text = "wire-deadline" }), answer.Body);
        Assert.Equal("4", answer.Trailers["grpc-status"]);
        await our.Log.CancelledAsync("wire-deadline");
    }

    [Theory]
    [InlineData("a", 10, 0)]
    [InlineData("a", 10_000, 1)]
    public async Task A_compressed_answer_is_compressed_only_if_that_is_smaller(string text, int times, byte flag)
    {
        var message = new Payload { Text = string.Concat(Enumerable.Repeat(text, times)) };
        await using var server = await new Script().StartAsync(options => options.ResponseCompressionAlgorithm = "gzip");
        var answer = await GrpcWire.PostAsync(server.Http2, GrpcWire.Echo, GrpcWire.Frame(message), headers: ("grpc-accept-encoding", "identity, gzip"));

        Assert.Equal(("gzip", flag), (answer.Headers["grpc-encoding"], answer.Body[0]));
        Assert.Equal(0, (await GrpcWire.PostAsync(server.Http2, GrpcWire.Echo, GrpcWire.Frame(message))).Body[0]);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Http2);
        Assert.Equal(message, await new Interop.InteropClient(channel).EchoAsync(message, cancellationToken: TestContext.Current.CancellationToken));
    }
}
