using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Rpc.Tests;

/// <summary>The official implementations in other languages, as processes.</summary>
internal static class Peers
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task> Ready = new(PrepareAsync);

    private static string Folder { get; } = Path.Combine(SourceFolder(), "interop");

    private static string DescriptorSet { get; } = Path.Combine(AppContext.BaseDirectory, "interop.binpb");

    public static ProcessStartInfo Node(string script, params string[] arguments) =>
        Start("node", [Path.Combine(Folder, "node", script), .. arguments]);

    public static ProcessStartInfo Python(string script, params string[] arguments) =>
        Start("/usr/bin/python3", [Path.Combine(Folder, "python", script), DescriptorSet, .. arguments]);

    /// <summary>Runs a client to its end; its checks by name, with "" or what went wrong.</summary>
    public static async Task<Dictionary<string, string>> RunChecksAsync(ProcessStartInfo start)
    {
        var (exitCode, output, errors) = await RunAsync(start);
        Assert.True(exitCode == 0, $"The client ended with {exitCode}: {errors}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.StartsWith("ok ", StringComparison.Ordinal) ? [line["ok ".Length..], ""] : line["not ok ".Length..].Split(": ", 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(ProcessStartInfo start)
    {
        await Ready.Value;
        return await RunUnpreparedAsync(start);
    }

    /// <summary>Starts a server, which ends when its standard input does.</summary>
    public static async Task<(Process Process, Uri Address)> StartServerAsync(ProcessStartInfo start)
    {
        await Ready.Value;
        var process = Process.Start(start)!;
        var port = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
        return port is null
            ? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken))
            : (process, new Uri($"http://127.0.0.1:{port}"));
    }

    private static ProcessStartInfo Start(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        // Python would leave its caches among the sources.
        Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1" },
    };

    private static async Task<(int ExitCode, string Output, string Errors)> RunUnpreparedAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await errors);
    }

    private static async Task PrepareAsync()
    {
        var (exitCode, _, errors) = await RunUnpreparedAsync(Start(Path.Combine(Folder, "prepare.sh"), []));
        Assert.True(exitCode == 0, $"The other gRPC implementations could not be installed; run ./test, which does that first. {errors}");
    }

    private static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
