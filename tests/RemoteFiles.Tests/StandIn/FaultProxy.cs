using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace StandIn;

/// <summary>
/// A proxy before a Nextcloud that does to its answers what networks and proxies do, byte by byte. Each connection has one request,
/// as <c>Connection: close</c> allows.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<Task, bool> serving = new();
    private readonly List<WireFault> faults = [];
    private readonly Uri target;
    private readonly Task accepting;

    public FaultProxy(Uri target)
    {
        this.target = target;
        listener.Start();
        Url = new UriBuilder(target) { Port = ((IPEndPoint)listener.LocalEndpoint).Port }.Uri;
        accepting = AcceptAsync();
    }

    /// <summary>In place of the address that is behind it.</summary>
    public Uri Url { get; }

    /// <summary>The first line of every request, in the order they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Done to the next request that it fits, once.</summary>
    public WireFault Add(WireFault fault)
    {
        lock (faults)
        {
            faults.Add(fault);
        }

        return fault;
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Dispose();
        await Task.WhenAll([accepting, .. serving.Keys]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await listener.AcceptSocketAsync(closing.Token);
            var task = ServeAsync(client);
            serving[task] = true;
            _ = task.ContinueWith(_ => serving.TryRemove(task, out bool _), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var open = client;
        try
        {
            await using var stream = new NetworkStream(client);
            if (await WireMessage.ReadAsync(stream, closing.Token) is not { } request)
            {
                return;
            }

            Requests.Enqueue(request.Lines[0]);
            if (request.Has("Expect"))
            {
                await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), closing.Token);
            }

            await AnswerAsync(client, stream, request);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client, the server or the test hung up.
        }
    }

    private async Task AnswerAsync(Socket client, NetworkStream stream, WireMessage request)
    {
        var fault = Claim(request.Lines[0]);
        if (fault?.Instead is { } instead)
        {
            await stream.WriteAsync(instead, closing.Token);
            return;
        }

        using var server = new TcpClient();
        await server.ConnectAsync(target.Host, target.Port, closing.Token);
        var upstream = server.GetStream();
        await upstream.WriteAsync(request.Without("Connection", "Expect").Head("Connection: close"), closing.Token);
        await request.CopyBodyAsync(stream, upstream, closing.Token);
        var answer = await WireMessage.ReadAsync(upstream, closing.Token) ?? throw new IOException("no answer");
        var isWhole = await PassAsync(fault, answer, upstream, stream);
        if (!isWhole)
        {
            client.LingerState = new(enable: true, 0); // the connection is reset, not closed
        }
    }

    private async Task<bool> PassAsync(WireFault? fault, WireMessage answer, NetworkStream upstream, NetworkStream stream)
    {
        if (fault?.DropsReply == true)
        {
            return false;
        }

        var shown = fault?.HidesLength == true ? answer.Without("Connection", "Content-Length") : answer.Without("Connection");
        await stream.WriteAsync(shown.Head("Connection: close"), closing.Token);
        var buffer = new byte[fault?.Drip ?? (64 * 1024)];
        var left = fault?.CutAfter ?? long.MaxValue;
        while (left > 0 && await upstream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), closing.Token) is var count and > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), closing.Token);
            left -= count;
        }

        if (fault?.CutAfter is null)
        {
            return true;
        }

        await stream.WriteAsync(fault.Tail, closing.Token);
        return fault.HidesLength;
    }

    private WireFault? Claim(string request)
    {
        lock (faults)
        {
            return faults.Find(fault => fault.Takes(request));
        }
    }
}
