using System.Diagnostics;

namespace SystemTests;

/// <summary>The program as a person or a script runs it, against a started bridge.</summary>
internal static class CommandLine
{
    public static readonly string Binary = ServiceProcess.PathOf("Bridge");

    /// <summary>In a pipe: what it said on both channels, and its exit code.</summary>
    public static Task<CommandEnd> RunAsync(BridgeProcess? bridge, string? password, CancellationToken ct, params string[] arguments) =>
        EndAsync(Start(bridge, password, arguments), "", ct);

    /// <summary>In a pseudo-terminal of its own (script(1)), where <paramref name="answer"/> is typed as soon as the prompt is there.</summary>
    public static async Task<CommandEnd> RunInTerminalAsync(BridgeProcess? bridge, (string Prompt, string Answer)? typed, CancellationToken ct, params string[] arguments)
    {
        var line = string.Join(' ', arguments.Prepend(Binary).Select(word => $"'{word}'"));
        var process = Begin(bridge, new("script", ["--quiet", "--return", "--command", line, "/dev/null"]), password: null);
        var seen = "";
        if (typed is var (prompt, answer))
        {
            seen = await UntilAsync(process, prompt, ct);
            await process.StandardInput.WriteAsync(answer);
            await process.StandardInput.FlushAsync(ct);
        }

        return await EndAsync(process, seen, ct);
    }

    /// <summary>Started, and left to run.</summary>
    public static Process Start(BridgeProcess? bridge, string? password, params string[] arguments) => Begin(bridge, new(Binary, arguments), password);

    /// <summary>What it said up to here and this text.</summary>
    public static async Task<string> UntilAsync(Process process, string text, CancellationToken ct)
    {
        var (seen, block) = ("", new char[256]);
        while (!seen.Contains(text, StringComparison.Ordinal))
        {
            var count = await process.StandardOutput.ReadAsync(block, ct);
            Assert.True(count > 0, $"it ended before it said {text}: {seen}");
            seen += new string(block, 0, count);
        }

        return seen;
    }

    /// <param name="process">Its input is not closed: a terminal that hangs up would end it.</param>
    /// <param name="seen">What it had said before.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<CommandEnd> EndAsync(Process process, string seen, CancellationToken ct)
    {
        using (process)
        {
            try
            {
                var errors = process.StandardError.ReadToEndAsync(ct);
                var output = await process.StandardOutput.ReadToEndAsync(ct);
                await process.WaitForExitAsync(ct);
                return new(process.ExitCode, seen + output, await errors);
            }
            finally
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>The end, which must have this exit code.</summary>
    public static CommandEnd Expect(int code, CommandEnd end)
    {
        Assert.True(end.ExitCode == code, $"it ended with {end.ExitCode}: {end.Output}{end.Errors}");
        return end;
    }

    private static Process Begin(BridgeProcess? bridge, ProcessStartInfo start, string? password)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("CI");
        if (bridge is not null)
        {
            start.Environment["BRIDGE_ADMIN"] = bridge.AdminAddress.ToString();
            start.Environment["BRIDGE_ADMIN_SECRET"] = bridge.AdminSecret;
        }

        if (password is not null)
        {
            start.Environment["BRIDGE_PASSWORD"] = password;
        }

        return Process.Start(start)!;
    }
}

internal sealed record CommandEnd(int ExitCode, string Output, string Errors)
{
    public string LastLine => Output.TrimEnd().Split('\n')[^1].Trim();
}
