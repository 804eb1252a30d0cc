using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using RemoteFiles.Nextcloud;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>Much is read at once where much comes, and nothing is kept back where little does.</summary>
public sealed class LowWaterTests : IAsyncLifetime
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private LowWaterStream stream = null!;
    private Socket sender = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        listener.Start();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connecting = socket.ConnectAsync(listener.LocalEndpoint, Ct);
        sender = await listener.AcceptSocketAsync(Ct);
        await connecting;
        stream = new(socket);
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        sender.Dispose();
        listener.Dispose();
    }

    [Fact]
    public async Task What_has_come_is_read_although_the_rest_stays_away()
    {
        var reading = stream.ReadAsync(new byte[1_000_000], Ct);
        await sender.SendAsync(new byte[100], Ct);

        Assert.Equal(100, await reading);
    }

    [Fact]
    public async Task A_few_bytes_after_many_are_read_at_once()
    {
        await sender.SendAsync(new byte[200_000], Ct);
        await stream.ReadExactlyAsync(new byte[200_000], Ct);
        var reading = stream.ReadAsync(new byte[4096], Ct);
        await sender.SendAsync("HTTP/1.1 200 OK"u8.ToArray(), Ct);

        Assert.Equal(15, await reading);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(1_000_000)]
    public async Task What_comes_after_a_wait_is_read_whether_it_came_before_or_after_it_is_asked_for(int length)
    {
        var waiting = stream.ReadAsync(new byte[1_000_000], Ct).AsTask();
        Assert.False(waiting.IsCompleted);
        await sender.SendAsync(new byte[100], Ct);
        Assert.Equal(100, await waiting);

        await sender.SendAsync(new byte[20], Ct);
        Assert.Equal(20, await stream.ReadAsync(new byte[length], Ct));

        waiting = stream.ReadAsync(new byte[length], Ct).AsTask();
        await sender.SendAsync(new byte[30], Ct);
        Assert.Equal(30, await waiting);
    }

    [Fact]
    public async Task The_end_is_seen_while_more_is_waited_for()
    {
        var reading = stream.ReadAsync(new byte[1_000_000], Ct);
        sender.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await reading);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1_000_000)]
    public async Task A_connection_that_is_closed_ends_its_reading(int length)
    {
        var reading = stream.ReadAsync(new byte[length], Ct);
        await stream.DisposeAsync();

        await Assert.ThrowsAnyAsync<IOException>(async () => await reading);
    }

    [Fact]
    public async Task Every_byte_comes_in_its_place_however_it_is_cut()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var (random, content, received) = (new Random(seed), RandomNumberGenerator.GetBytes(20_000_000), new byte[20_000_000]);
        var sending = Task.Run(
            async () =>
            {
                var cuts = new Random(seed + 1);
                for (var sent = 0; sent < content.Length;)
                {
                    sent += await sender.SendAsync(content.AsMemory(sent, Math.Min(cuts.Next(1, 300_000), content.Length - sent)), Ct);
                }
            },
            Ct);

        for (var read = 0; read < received.Length;)
        {
            read += await stream.ReadAsync(received.AsMemory(read, Math.Min(random.Next(1, 500_000), received.Length - read)), Ct);
        }

        await sending;
        Assert.True(content.AsSpan().SequenceEqual(received));
    }
}
