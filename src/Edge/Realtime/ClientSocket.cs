using System.Net.WebSockets;

namespace Edge.Realtime;

/// <summary>A client's websocket: whole messages in, bounded; messages out, one at a time, to a client that reads them.</summary>
internal sealed class ClientSocket(WebSocket socket, RealtimeOptions options) : IDisposable
{
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly byte[] buffer = new byte[4096];

    /// <summary>The next message; null when the client has closed.</summary>
    /// <exception cref="SessionEndException">It is too large, or not text.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken ct)
    {
        var message = new MemoryStream();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), ct);
            if (part.MessageType != WebSocketMessageType.Text)
            {
                return part.MessageType == WebSocketMessageType.Close ? null : throw SessionEndException.NotText();
            }

            if (message.Length + part.Count > options.MostBytes)
            {
                throw SessionEndException.TooLarge(options.MostBytes);
            }

            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return message.GetBuffer().AsMemory(0, (int)message.Length);
            }
        }
    }

    /// <summary>Reads until the client has closed, whatever else it says.</summary>
    public async Task DrainAsync(CancellationToken ct)
    {
        while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
        {
            await socket.ReceiveAsync(buffer.AsMemory(), ct);
        }
    }

    public Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken ct) =>
        InTurnAsync(late => socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, late), ct);

    /// <summary>Says that the server closes, and why; the client answers with its own close.</summary>
    public Task CloseAsync(WebSocketCloseStatus status, string reason) => InTurnAsync(
        async late =>
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(status, reason, late);
            }
        },
        CancellationToken.None);

    public void Dispose() => sending.Dispose();

    private async Task InTurnAsync(Func<CancellationToken, ValueTask> send, CancellationToken ct)
    {
        await sending.WaitAsync(ct);
        try
        {
            // A send that is given up leaves half a message: the socket is of no more use.
            using var late = CancellationTokenSource.CreateLinkedTokenSource(ct);
            late.CancelAfter(options.WriteTimeout);
            await send(late.Token);
        }
        finally
        {
            sending.Release();
        }
    }
}
