using System.Diagnostics;
using System.Text;
using Bridge.Demo;

namespace SystemTests;

/// <summary>The Cozy's own realtime library, unmodified, in Node, against our edge.</summary>
public sealed class CozyRealtimeTests
{
    private static readonly string[] Scopes = ["io.cozy.files", "io.cozy.todos", "io.cozy.nextcloud.migrations"];

    [Fact]
    public async Task The_unmodified_cozy_realtime_hears_of_files_documents_and_migrations_over_token_refresh_and_restart()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), ct);

        // Node has to find the host by its name, so the instance is the address itself.
        var domain = bridge.Address.Authority;
        using var admin = bridge.Admin();
        await admin.AddInstanceAsync(domain, "passphrase", "en", quota: null, ct);
        var (token, newer) = (await admin.CliTokenAsync(domain, Scopes, ct), await admin.CliTokenAsync(domain, Scopes, ct));

        var script = Path.Combine(Repository.Root, "tests", "System.Tests", "clients", "realtime.cjs");
        string[] arguments = [script, bridge.Address.ToString().TrimEnd('/'), token, newer, source.Url, source.User, source.Password];
        using var node = Process.Start(new ProcessStartInfo("node", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = node.StandardError.ReadToEndAsync(ct);
            var output = new StringBuilder();
            while (await node.StandardOutput.ReadLineAsync(ct) is { } line)
            {
                output.AppendLine(line);
                if (line == "restart")
                {
                    await bridge.Process.KillAsync();
                    await bridge.StartAgainAsync(ct);
                    await node.StandardInput.WriteLineAsync("restarted");
                    await node.StandardInput.FlushAsync(ct);
                }
            }

            await node.WaitForExitAsync(ct);
            Assert.True(node.ExitCode == 0, output + await errors);
            Assert.EndsWith("6 of 6" + Environment.NewLine, output.ToString());
        }
        finally
        {
            node.Kill();
        }
    }
}
