using System.Net.WebSockets;
using System.Text;

namespace Edge.Tests;

/// <summary>A client's end of the socket.</summary>
internal sealed class RealtimeClient : IDisposable
{
    private readonly ClientWebSocket socket = new();

    public string? Protocol => socket.SubProtocol;

    public WebSocketCloseStatus? Closed => socket.CloseStatus;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RealtimeClient> OpenAsync(EdgeFixture edge, string path = "/realtime/")
    {
        var client = new RealtimeClient();
        client.socket.Options.AddSubProtocol("io.cozy.websocket");
        client.socket.Options.SetRequestHeader("Origin", "https://anywhere.example");
        client.socket.Options.SetRequestHeader("Host", "alma.localhost:8080");
        await client.socket.ConnectAsync(new UriBuilder(new Uri(edge.Address, path)) { Scheme = "ws" }.Uri, Ct);
        return client;
    }

    public Task SendAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Ct);

    public Task SendBinaryAsync() => socket.SendAsync(new byte[] { 1 }, WebSocketMessageType.Binary, endOfMessage: true, Ct);

    /// <summary>The next message; null when the server has closed.</summary>
    public async Task<string?> ReadAsync()
    {
        var (message, buffer) = (new MemoryStream(), new byte[4096]);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), Ct);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", Ct);
                return null;
            }

            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(message.ToArray());
            }
        }
    }

    public async Task ClosedAsync(int status)
    {
        Assert.Null(await ReadAsync());
        Assert.Equal(status, (int?)socket.CloseStatus);
    }

    public void Dispose() => socket.Dispose();
}
