using System.Diagnostics;
using System.Text;

namespace Bridge;

/// <summary>
/// A line typed at the terminal that is not shown. Echo is off before the question is asked: the runtime's own key reader
/// switches it off only while it reads, and shows what is typed in between.
/// </summary>
internal static class HiddenPrompt
{
    private const string Terminal = "/dev/tty";

    public static async Task<string?> AskAsync(string question, CancellationToken ct)
    {
        await SetEchoAsync("-echo");
        try
        {
            await Console.Error.WriteAsync(question);
            using var input = new StreamReader(new FileStream(Terminal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1), Encoding.UTF8);

            // A read of a terminal cannot be stopped: after Ctrl-C it is left behind.
            return await Task.Run(input.ReadLine, ct).WaitAsync(ct);
        }
        finally
        {
            await SetEchoAsync("echo");
            await Console.Error.WriteLineAsync();
        }
    }

    private static async Task SetEchoAsync(string mode)
    {
        using var stty = Process.Start(new ProcessStartInfo("sh", ["-c", $"stty {mode} < {Terminal}"]) { RedirectStandardInput = true })!;
        await stty.WaitForExitAsync(CancellationToken.None);
    }
}
