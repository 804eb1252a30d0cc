using System.Diagnostics;
using System.Net;
using SystemTests;

namespace Bench;

/// <summary>Another WebDAV server, over a folder of its own on loopback, while it is needed.</summary>
internal sealed class DavPeer : IAsyncDisposable
{
    private readonly Process process;
    private readonly string data;

    private DavPeer(string name, Process process, string data, Uri files) => (Name, this.process, this.data, Files) = (name, process, data, files);

    public string Name { get; }

    public Uri Files { get; }

    public static Task<DavPeer> ApacheAsync(CancellationToken ct)
    {
        var (data, port) = (Directory.CreateTempSubdirectory("bench-apache-").FullName, FreePort.Take());
        Directory.CreateDirectory(Path.Combine(data, "files"));
        const string modules = "/usr/lib/apache2/modules";
        File.WriteAllText(Path.Combine(data, "apache.conf"), $"""
            ServerRoot {data}
            ServerName localhost
            PidFile {data}/pid
            Listen 127.0.0.1:{port}
            LoadModule mpm_event_module {modules}/mod_mpm_event.so
            LoadModule authz_core_module {modules}/mod_authz_core.so
            LoadModule dav_module {modules}/mod_dav.so
            LoadModule dav_fs_module {modules}/mod_dav_fs.so
            ErrorLog {data}/error.log
            DavLockDB {data}/locks
            DocumentRoot {data}/files
            KeepAlive On
            MaxKeepAliveRequests 0
            <Directory {data}/files>
              Dav On
              Require all granted
            </Directory>
            {(Environment.UserName == "root" ? "User #65534\nGroup #65534" : "")}
            """);
        if (Environment.UserName == "root")
        {
            // It will not serve as root.
            Process.Start("chown", ["-R", "65534:65534", data]).WaitForExit();
        }

        return StartAsync("Apache mod_dav", data, port, "apache2", ["-f", Path.Combine(data, "apache.conf"), "-DFOREGROUND"], ct);
    }

    public static Task<DavPeer> RcloneAsync(CancellationToken ct)
    {
        var (data, port) = (Directory.CreateTempSubdirectory("bench-rclone-").FullName, FreePort.Take());
        return StartAsync("rclone serve webdav", data, port, "rclone", ["serve", "webdav", data, "--addr", $"127.0.0.1:{port}", "--config", "/dev/null"], ct);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        Directory.Delete(data, recursive: true);
    }

    private static async Task<DavPeer> StartAsync(string name, string data, int port, string program, string[] arguments, CancellationToken ct)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var peer = new DavPeer(name, process, data, new($"http://127.0.0.1:{port}/"));
        using var http = new HttpClient();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync(ct))
        {
            try
            {
                using var answer = await http.SendAsync(new(new("PROPFIND"), peer.Files) { Headers = { { "Depth", "0" } } }, ct);
                if (answer.StatusCode == HttpStatusCode.MultiStatus)
                {
                    break;
                }
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // Not listening yet.
            }
        }

        return peer;
    }
}
