using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Tests.Storage;

/// <summary>
/// A PostgreSQL server of the tests' own, in a directory that goes with it: reached by a socket there, at no port. It orders text as
/// people do, so that what relies on the order of bytes has to say so. Needs tests/prepare/postgresql.sh.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";
    private const string Running = "BRIDGE_TEST_POSTGRES";
    private readonly string directory;
    private readonly SemaphoreSlim changing = new(1, 1);
    private readonly bool isOurs;
    private bool isMade;
    private bool isRunning;

    private PostgresServer(string? running)
    {
        isOurs = running is null;
        directory = running ?? Directory.CreateTempSubdirectory("bridge-postgres-").FullName;
    }

    /// <summary>The one that all tests of this process share, and of those that it starts, each in a schema of its own; made at the first use.</summary>
    public static PostgresServer Shared { get; } = new(Environment.GetEnvironmentVariable(Running));

    private string Data => Path.Combine(directory, "data");

    /// <summary>One that a test may stop.</summary>
    public static PostgresServer New() => new(null);

    /// <summary>Of the schema that belongs to this key.</summary>
    public string ConnectionString(string key) =>
        $"Host={directory};Username={User};Database=postgres;Timeout=5;Search Path=t_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..24]}";

    /// <summary>Returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        await changing.WaitAsync();
        try
        {
            if (!isOurs)
            {
                return;
            }

            if (!isMade)
            {
                await RunAsync(asServer: false, "chown", User, directory);
                await RunAsync(asServer: true, Program("initdb"), "-D", Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8", "--no-sync");
                isMade = true;
            }

            if (!isRunning)
            {
                var options = $"-k {directory} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=400";
                await RunAsync(asServer: true, Program("pg_ctl"), "-D", Data, "-w", "-t", "120", "-l", Path.Combine(directory, "log"), "-o", options, "start");
                isRunning = true;
                if (this == Shared)
                {
                    Environment.SetEnvironmentVariable(Running, directory);
                }
            }
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>At once: every connection breaks, and what was not committed is lost.</summary>
    public async Task StopAsync()
    {
        await changing.WaitAsync();
        try
        {
            if (isRunning)
            {
                await RunAsync(asServer: true, Program("pg_ctl"), "-D", Data, "-w", "-m", "immediate", "stop");
                isRunning = false;
            }
        }
        finally
        {
            changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (isOurs)
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // The newest of those that Debian has installed.
    private static string Program(string name) => Directory.GetDirectories("/usr/lib/postgresql")
        .OrderByDescending(version => double.TryParse(Path.GetFileName(version), out var number) ? number : 0).Select(version => Path.Combine(version, "bin", name)).First(File.Exists);

    // The server does not run as root.
    private static async Task RunAsync(bool asServer, string program, params string[] arguments)
    {
        var isRoot = Environment.UserName == "root";
        if (!asServer && !isRoot)
        {
            return;
        }

        string[] line = asServer && isRoot ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups", program, .. arguments] : [program, .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await output}{await error}");
        }
    }
}
