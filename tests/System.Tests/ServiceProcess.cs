using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SystemTests;

/// <summary>One of our programs as a process of its own, on loopback.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    private ServiceProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool IsRunning => !process.HasExited;

    /// <summary>The most memory it ever had resident, in bytes (VmHWM of proc(5)).</summary>
    public long PeakMemory => MemoryOf("VmHWM:");

    /// <summary>What is resident now, in bytes.</summary>
    public long Memory => MemoryOf("VmRSS:");

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>The build of a program that stands beside this one, or what was published of it under BRIDGE_PROGRAMS (tests/images.sh).</summary>
    public static string PathOf(string project)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Environment.GetEnvironmentVariable("BRIDGE_PROGRAMS") is { Length: > 0 } published
            ? Path.GetFullPath(Path.Combine(published, project, project))
            : Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", project, configuration, project));
    }

    /// <summary>Starts <paramref name="project"/>, and waits until it is ready.</summary>
    public static async Task<ServiceProcess> StartAsync(string project, string[] arguments, IReadOnlyDictionary<string, string> settings, Uri ready, CancellationToken ct)
    {
        var start = new ProcessStartInfo(PathOf(project), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // As in the images; one that is killed leaves the pipes of its diagnostics behind.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var started = new ServiceProcess(Process.Start(start)!);
        try
        {
            await started.WaitUntilReadyAsync(ready, ct);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is released.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGTERM, as an orchestrator stops it; ends when it has.</summary>
    public async Task TerminateAsync(CancellationToken ct)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(ct);
    }

    /// <summary>It ended by itself.</summary>
    public Task EndedAsync(CancellationToken ct) => process.WaitForExitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private async Task WaitUntilReadyAsync(Uri ready, CancellationToken ct)
    {
        using var http = new HttpClient();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var patience = Stopwatch.StartNew();
        do
        {
            if (!IsRunning || patience.Elapsed > TimeSpan.FromMinutes(1))
            {
                throw new InvalidOperationException("it did not become ready: " + Output);
            }

            try
            {
                using var answer = await http.GetAsync(ready, ct);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    private void Keep(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }

    private long MemoryOf(string line) =>
        long.Parse(File.ReadLines($"/proc/{process.Id}/status").First(found => found.StartsWith(line, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) * 1024;
}
