using System.Net;
using System.Net.Sockets;

namespace RemoteFiles.Nextcloud;

/// <summary>What names mean and how an address is reached: of this machine, or as a test has it.</summary>
internal sealed record Network(Func<string, CancellationToken, Task<IPAddress[]>> ResolveAsync, Func<IPAddress[], int, CancellationToken, ValueTask<Stream>> ConnectAsync)
{
    public static Network OfThisMachine { get; } = new(ResolveHereAsync, ConnectHereAsync);

    // RFC 6761 section 6.3: names below localhost are this machine; not every resolver knows.
    private static Task<IPAddress[]> ResolveHereAsync(string host, CancellationToken ct) =>
        host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            ? Task.FromResult<IPAddress[]>([IPAddress.Loopback])
            : Dns.GetHostAddressesAsync(host, ct);

    private static async ValueTask<Stream> ConnectHereAsync(IPAddress[] addresses, int port, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, ct);
            return new LowWaterStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
