using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>
/// A server that answers each request with the next step of its script, in raw bytes, and may break every rule of HTTP.
/// A step that fails, or is never reached, fails the test in <see cref="PlayedAsync"/>.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Func<Exchange, Task>> script = new();
    private readonly ConcurrentBag<Task> played = [];
    private readonly CancellationTokenSource closing = new();
    private readonly Task accepting;

    public ScriptedServer()
    {
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Host => $"127.0.0.1:{Port}";

    /// <summary>The requests so far, in order.</summary>
    public ConcurrentQueue<Exchange> Requests { get; } = new();

    public ScriptedServer Then(Func<Exchange, Task> step)
    {
        script.Enqueue(step);
        return this;
    }

    /// <summary>Reads the request to its end, then answers with what was recorded.</summary>
    public ScriptedServer Then(string recording) => Then(Recording.Load(recording).Answer());

    public ScriptedServer Then(byte[] answer) => Then(async exchange =>
    {
        await exchange.ReadBodyAsync();
        await exchange.SendAsync(answer);
    });

    public ScriptedServer ThenAnswer(string head, string body = "") => Then(Encoding.UTF8.GetBytes(
        $"HTTP/1.1 {head}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    /// <summary>Every step was reached and ended as written.</summary>
    public async Task PlayedAsync()
    {
        Assert.Empty(script);
        await Task.WhenAll(played).WaitAsync(Patience);
    }

    /// <summary>Nobody listens any more.</summary>
    public async Task StopAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        listener.Dispose();
        closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            var socket = await listener.AcceptSocketAsync(closing.Token);
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var open = socket;
        await using var stream = new NetworkStream(socket);
        while (await Exchange.ReadAsync(socket, stream, closing.Token) is { } exchange)
        {
            Requests.Enqueue(exchange);
            var step = script.TryDequeue(out var next)
                ? Task.Run(() => next(exchange), closing.Token)
                : Task.FromException(new InvalidOperationException($"not in the script: {exchange}"));
            played.Add(step);
            await step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (step.IsFaulted || exchange.Over)
            {
                return;
            }
        }
    }
}
