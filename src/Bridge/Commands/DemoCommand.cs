using System.CommandLine;
using System.Net;
using Bridge.Demo;
using Spectre.Console;

namespace Bridge;

/// <summary><c>bridge demo</c>: a sample Nextcloud, one migration of it, and the proof that every file arrived; all in this process.</summary>
internal static class DemoCommand
{
    private const string Target = "/Nextcloud";
    private const string Yours = "yours.localhost";
    private const string Passphrase = "demo";

    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "End after the comparison, as it does in a pipe, without serving the page" };
        var command = new Command("demo", "Migrate a sample Nextcloud into a fresh Cozy, compare every file, and serve the page to try it by hand") { once };
        command.SetAction((parsed, ct) => RunAsync(isOnce: parsed.GetValue(once) || !Terminal.IsInteractive, ct));
        return command;
    }

    private static async Task<int> RunAsync(bool isOnce, CancellationToken ct)
    {
        var data = Directory.CreateTempSubdirectory("bridge-demo-").FullName;
        try
        {
            await using var server = await BridgeServer.StartAsync(new(data, IPAddress.Loopback, 0, 0, null, AllowPrivateNetworks: true, TrustedProxies: [], LogLevel.Warning), ct);
            Terminal.Line($"[green]●[/] Edge, RemoteFiles and Migration run in this process, at [bold]{server.Public}[/]");
            if (await MigrateAsync(server, ct) is not 0 and var failed)
            {
                return failed;
            }

            await InviteAsync(server, isOnce, ct);
            return 0;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Ctrl+C is how it ends.
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<int> MigrateAsync(BridgeServer server, CancellationToken ct)
    {
        var port = server.Public.Port;
        var (source, target) = ($"nextcloud.localhost:{port}", $"alma.localhost:{port}");
        using var admin = new AdminClient(server.Admin, server.AdminSecret);
        using var nextcloud = await AddAsync(admin, server.Public, source, ct);
        using var cozy = await AddAsync(admin, server.Public, target, ct);

        var sample = SampleTree.Make();
        await nextcloud.FillAsync(sample, ct);
        Terminal.Line($"[green]●[/] A sample Nextcloud holds {sample.Files.Count} files, {Megabytes(sample.Bytes)}, in {SampleTree.AllFolders.Count} folders");

        var password = await admin.AddAppPasswordAsync(source, "migration", ct);
        var id = await cozy.StartMigrationAsync($"http://{source}/", "nextcloud", password, "/", Target, ct);
        var end = await new MigrationProgress(stop => ConnectAsync(admin, server.Public, target, stop)).FollowAsync(id, ct);
        if (end.Outcome != "complete")
        {
            MigrationSummary.Print(end, target);
            return end.ExitCode;
        }

        var checkedFiles = 0;
        var differences = await Verification.CompareAsync(cozy, sample, Target, () => checkedFiles++, ct);
        foreach (var difference in differences)
        {
            Terminal.Line($"[red]✗[/] {difference}");
        }

        if (differences.Count > 0)
        {
            return 1;
        }

        Terminal.Line($"[green]✓[/] {checkedFiles} of {sample.Files.Count} files verified: same bytes (SHA-256), same names, same dates");
        return 0;
    }

    private static async Task<CozyClient> AddAsync(AdminClient admin, Uri edge, string domain, CancellationToken ct)
    {
        await admin.AddInstanceAsync(domain, Passphrase, "en", quota: null, ct);
        return await ConnectAsync(admin, edge, domain, ct);
    }

    private static async Task<CozyClient> ConnectAsync(AdminClient admin, Uri edge, string domain, CancellationToken ct) =>
        new(edge, domain, await admin.CliTokenAsync(domain, ["io.cozy.files", "io.cozy.accounts", "io.cozy.nextcloud.migrations"], ct));

    /// <summary>The page of a Cozy that is still empty, and what to type there.</summary>
    private static async Task InviteAsync(BridgeServer server, bool isOnce, CancellationToken ct)
    {
        if (!isOnce)
        {
            var port = server.Public.Port;
            using var admin = new AdminClient(server.Admin, server.AdminSecret);
            using var cozy = await AddAsync(admin, server.Public, $"{Yours}:{port}", ct);
            AnsiConsole.MarkupLine(
                $"""

                Now try it yourself, in a browser:
                  open                        [bold]http://{Yours}:{port}/[/]
                  the passphrase is           [bold]{Passphrase}[/], there and at the Nextcloud
                  the Nextcloud's address is  [bold]http://nextcloud.localhost:{port}/[/]

                It is served until you press Ctrl+C.
                """);
        }

        AnsiConsole.MarkupLine(
            """

            Next, with a Nextcloud of your own:
              [bold]./bridge serve[/]
              [bold]./bridge instances add alma.localhost:8080 --passphrase SECRET[/]
              and open http://alma.localhost:8080/
            """);
        if (!isOnce)
        {
            await server.WaitAsync(ct);
        }
    }

    private static string Megabytes(long bytes) => $"{bytes / 1e6:0.0} MB";
}
