using System.Net.Sockets;
using System.Text;

namespace RemoteFiles.Tests.Routes;

/// <summary>A sender who stays connected and sends nothing more: it is told so, and nothing of its file is there.</summary>
public sealed class SilentUploadTests
{
    [Fact]
    public async Task An_upload_that_falls_silent_is_ended_and_leaves_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = await RestServer.StartAsync(("Upload:Silence", "00:00:00.2"));
        await server.AddInstanceAsync("silent.example");
        var cozy = server.Client("silent.example", await server.TokenAsync("silent.example", "io.cozy.files"));

        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Address.Host, server.Address.Port, ct);
        await using var stream = socket.GetStream();
        var head = $"POST /files/io.cozy.files.root-dir?Type=file&Name=half.bin HTTP/1.1\r\nHost: silent.example\r\nAuthorization: Bearer {cozy.Token}\r\nContent-Length: 200000\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + new string('x', 100_000)), ct);

        using var reader = new StreamReader(stream, Encoding.UTF8);
        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync(ct));
        Expect.NotFound("file does not exist", await cozy.GetAsync("/files/metadata?Path=/half.bin"));
        Assert.DoesNotContain(server.Files, file => file.Length == 100_000);
    }
}
