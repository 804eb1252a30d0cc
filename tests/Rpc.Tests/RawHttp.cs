using System.Net.Sockets;
using System.Text;

namespace Rpc.Tests;

/// <summary>Bytes to a server and back, for what no client would send.</summary>
internal static class RawHttp
{
    /// <summary>The whole answer; the request must ask for the connection to be closed.</summary>
    public static Task<string> ExchangeAsync(Uri server, string request) =>
        ExchangeAsync(server, request, reader => reader.ReadToEndAsync(TestContext.Current.CancellationToken));

    /// <summary>The status line of the answer to a request whose body is never sent.</summary>
    public static Task<string> FirstLineAsync(Uri server, string request) =>
        ExchangeAsync(server, request, async reader => await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? "");

    private static async Task<string> ExchangeAsync(Uri server, string request, Func<StreamReader, Task<string>> read)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await read(reader);
    }
}
