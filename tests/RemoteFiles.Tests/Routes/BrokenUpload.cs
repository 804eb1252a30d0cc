using System.Net.Sockets;
using System.Text;

namespace RemoteFiles.Tests.Routes;

/// <summary>A client that goes away in the middle of its upload, which no HTTP client does on request.</summary>
internal static class BrokenUpload
{
    /// <summary>Says 200,000 bytes, sends half of them and hangs up; gives what was answered, once the service has closed the connection.</summary>
    public static Task<string> SendAsync(Uri server, RestClient client, string method, string target) =>
        SendAsync(server, client.Domain, "Bearer " + client.Token, method, target);

    public static async Task<string> SendAsync(Uri server, string domain, string authorization, string method, string target)
    {
        var head = $"{method} {target} HTTP/1.1\r\nHost: {domain}\r\nAuthorization: {authorization}\r\nContent-Length: 200000\r\n\r\n";
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + new string('x', 100_000)), TestContext.Current.CancellationToken);
        socket.Client.Shutdown(SocketShutdown.Send);
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // A reset is an end too.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
