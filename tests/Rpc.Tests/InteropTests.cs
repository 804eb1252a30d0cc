using System.Diagnostics;
using Grpc.Core;

namespace Rpc.Tests;

/// <summary>A server in another language, for as long as the tests of a class run.</summary>
public abstract class PeerServer : IAsyncLifetime
{
    private Process? process;

    internal Uri Address { get; private set; } = null!;

    public async ValueTask InitializeAsync() => (process, Address) = await Peers.StartServerAsync(Program);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private protected abstract ProcessStartInfo Program { get; }
}

public sealed class NodeServer : PeerServer
{
    private protected override ProcessStartInfo Program => Peers.Node("server.js");
}

public sealed class PythonServer : PeerServer
{
    private protected override ProcessStartInfo Program => Peers.Python("server.py");
}

public sealed class OurClientWithNodeServer(NodeServer node) : ClientContract, IClassFixture<NodeServer>
{
    private protected override Task<Uri> GetAddressAsync() => Task.FromResult(node.Address);
}

public sealed class OurClientWithPythonServer(PythonServer python) : ClientContract, IClassFixture<PythonServer>
{
    /// <summary>HttpClient sends a header that repeats as one, joined by commas; gRPC's C core does not split those, but it says so.</summary>
    [Fact]
    public override async Task Binary_metadata_that_repeats_arrives_as_two_values()
    {
        Metadata sent = [new("x-data-bin", [1]), new("x-data-bin", [2])];
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Client.MetadataAsync(new Payload(), sent, cancellationToken: TestEnds));

        Assert.Equal((StatusCode.Unavailable, "Failed parsing HTTP/2"), (failure.StatusCode, failure.Status.Detail));
    }

    private protected override Task<Uri> GetAddressAsync() => Task.FromResult(python.Address);
}

/// <summary>The checks of a client in another language against our server, all run once.</summary>
public abstract class PeerClient : IAsyncLifetime
{
    private readonly OurServer our = new();

    internal Dictionary<string, string> Checks { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await our.InitializeAsync();
        Checks = await Peers.RunChecksAsync(Program(our.Server.Http2.Authority));
    }

    public async ValueTask DisposeAsync()
    {
        await our.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract ProcessStartInfo Program(string address);
}

public sealed class NodeClient : PeerClient
{
    private protected override ProcessStartInfo Program(string address) => Peers.Node("client.js", address);
}

public sealed class PythonClient : PeerClient
{
    private protected override ProcessStartInfo Program(string address) => Peers.Python("client.py", address);
}

public sealed class OtherClientsWithOurServer(NodeClient node, PythonClient python) : IClassFixture<NodeClient>, IClassFixture<PythonClient>
{
    [Theory]
    [InlineData("unary")]
    [InlineData("unary_empty_message")]
    [InlineData("unary_3_mb")]
    [InlineData("unary_100_in_parallel")]
    [InlineData("gzip_unary")]
    [InlineData("gzip_client_streaming")]
    [InlineData("server_streaming")]
    [InlineData("server_streaming_of_nothing")]
    [InlineData("server_streaming_that_fails")]
    [InlineData("server_streaming_10_mb_in_64_kb_messages")]
    [InlineData("client_streaming")]
    [InlineData("client_streaming_of_nothing")]
    [InlineData("bidi_ping_pong")]
    [InlineData("every_status_code")]
    [InlineData("status_detail_in_utf8")]
    [InlineData("trailers_of_an_error")]
    [InlineData("metadata_both_ways")]
    [InlineData("repeated_metadata")]
    [InlineData("deadline_of_a_unary_call")]
    [InlineData("deadline_of_a_stream")]
    [InlineData("cancelling_a_stream")]
    [InlineData("unknown_method")]
    [InlineData("message_over_the_limit")]
    public void Node(string check) => Assert.Equal("", node.Checks[check]);

    [Theory]
    [InlineData("unary")]
    [InlineData("unary_empty_message")]
    [InlineData("unary_100_in_parallel")]
    [InlineData("gzip_unary")]
    [InlineData("gzip_client_streaming")]
    [InlineData("server_streaming")]
    [InlineData("server_streaming_of_nothing")]
    [InlineData("server_streaming_that_fails")]
    [InlineData("client_streaming")]
    [InlineData("bidi_ping_pong")]
    [InlineData("every_status_code")]
    [InlineData("status_detail_in_utf8")]
    [InlineData("trailers_of_an_error")]
    [InlineData("metadata_both_ways")]
    [InlineData("repeated_metadata")]
    [InlineData("deadline_of_a_unary_call")]
    [InlineData("deadline_of_a_stream")]
    [InlineData("cancelling_a_stream")]
    [InlineData("unknown_method")]
    [InlineData("message_over_the_limit")]
    public void Python(string check) => Assert.Equal("", python.Checks[check]);
}
