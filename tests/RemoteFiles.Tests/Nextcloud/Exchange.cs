using System.Net.Sockets;
using System.Text;

namespace RemoteFiles.Tests.Nextcloud;

/// <summary>A request as it came over the wire, and the bare connection to answer on.</summary>
internal sealed class Exchange
{
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly CancellationToken ct;

    private Exchange(Socket socket, NetworkStream stream, string[] head, CancellationToken ct)
    {
        this.socket = socket;
        this.stream = stream;
        this.ct = ct;
        (Method, Target) = (head[0].Split(' ')[0], head[0].Split(' ')[1]);
        Headers = head.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
    }

    public string Method { get; }

    /// <summary>The raw request target.</summary>
    public string Target { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    public byte[] Body { get; private set; } = [];

    public bool Over { get; private set; }

    public static async Task<Exchange?> ReadAsync(Socket socket, NetworkStream stream, CancellationToken ct)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != "\r\n\r\n")
        {
            if (await ReadOneAsync(stream, one, ct) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        return new(socket, stream, head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries), ct);
    }

    /// <summary>Lets the body come, and reads what comes: fewer bytes than announced when the client hangs up.</summary>
    public async Task ReadBodyAsync()
    {
        if (Headers.ContainsKey("Expect"))
        {
            await SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        }

        var body = new byte[Headers.TryGetValue("Content-Length", out var length) ? int.Parse(length) : 0];
        var read = 0;
        while (read < body.Length && await ReadOneAsync(stream, body.AsMemory(read), ct) is var count and > 0)
        {
            read += count;
        }

        Body = body[..read];
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await stream.WriteAsync(bytes, ct);

    /// <summary>Ends the connection in good order (FIN).</summary>
    public void Close()
    {
        Over = true;
        socket.Shutdown(SocketShutdown.Both);
    }

    /// <summary>Breaks the connection (RST).</summary>
    public void Reset()
    {
        Over = true;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Says nothing more, until the client hangs up.</summary>
    public async Task StayUntilClientLeavesAsync()
    {
        Over = true;
        while (await ReadOneAsync(stream, new byte[1024], ct) > 0)
        {
        }
    }

    public override string ToString() => $"{Method} {Target}";

    private static async Task<int> ReadOneAsync(NetworkStream stream, Memory<byte> into, CancellationToken ct)
    {
        try
        {
            return await stream.ReadAsync(into, ct);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
