using System.Diagnostics;

namespace SystemTests;

/// <summary>A script of tests/System.Tests/clients, in Node, with the unmodified packages of the Cozy.</summary>
internal static class NodeScript
{
    /// <summary>What it prints; anything but success fails the test with all that it said.</summary>
    public static async Task<string> RunAsync(string name, IEnumerable<string> arguments, CancellationToken ct)
    {
        var script = Path.Combine(Repository.Root, "tests", "System.Tests", "clients", name);
        using var node = Process.Start(new ProcessStartInfo("node", [script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var errors = node.StandardError.ReadToEndAsync(ct);
            var output = await node.StandardOutput.ReadToEndAsync(ct);
            await node.WaitForExitAsync(ct);
            Assert.True(node.ExitCode == 0, output + await errors);
            return output;
        }
        finally
        {
            node.Kill();
        }
    }
}
