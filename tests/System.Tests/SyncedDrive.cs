using System.Diagnostics;
using System.Text;

namespace SystemTests;

/// <summary>An instance of a started bridge as other people's sync programs see it, and a directory for what they write.</summary>
internal sealed class SyncedDrive : IAsyncDisposable
{
    private readonly BridgeProcess bridge;

    private SyncedDrive(BridgeProcess bridge, string password) => (this.bridge, Password) = (bridge, password);

    public string Password { get; }

    // Not every program finds names below localhost, so the instance is the address itself, and its first label the user.
    public string User { get; } = "127";

    public string Server => bridge.Address.ToString().TrimEnd('/');

    public string Files => $"{Server}/remote.php/dav/files/{User}";

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("bridge-sync-").FullName;

    public static async Task<SyncedDrive> StartAsync(CancellationToken ct)
    {
        var bridge = await BridgeProcess.StartAsync(ct);
        var domain = bridge.Address.Authority;
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(domain, "passphrase", "en", quota: null, ct);
        return new(bridge, (await admin.AddAppPasswordAsync(domain, "a test", ct)).Trim());
    }

    /// <summary>Runs a program to its end; what it said on both channels, and its exit code.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string program, string? input, CancellationToken ct, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = Directory;
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(ct);
            await process.StandardInput.WriteAsync(input ?? "");
            process.StandardInput.Close();
            var output = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, output + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    public async Task<HttpResponseMessage> SendAsync(string method, string path, HttpContent? content, CancellationToken ct)
    {
        using var http = new HttpClient();
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        http.DefaultRequestHeaders.Authorization = new("Basic", login);
        return await http.SendAsync(new(new(method), Files + path) { Content = content }, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await bridge.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
