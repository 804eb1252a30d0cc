using System.CommandLine;
using System.Net;
using Bridge.Demo;
using Spectre.Console;

namespace Bridge;

/// <summary><c>bridge demo</c>: a sample Nextcloud, one migration of it, and the proof that every file arrived; all in this process.</summary>
internal static class DemoCommand
{
    private const string Target = "/Nextcloud";

    public static Command Create()
    {
        var command = new Command("demo", "Migrate a sample Nextcloud into a fresh Cozy and compare every file");
        command.SetAction((_, ct) => RunAsync(ct));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken ct)
    {
        var data = Directory.CreateTempSubdirectory("bridge-demo-").FullName;
        try
        {
            await using var server = await BridgeServer.StartAsync(new(data, IPAddress.Loopback, 0, 0, null, AllowPrivateNetworks: true, TrustedProxies: [], LogLevel.Warning), ct);
            Terminal.Line($"[green]●[/] Edge, RemoteFiles and Migration run in this process, at [bold]{server.Public}[/]");
            return await MigrateAsync(server, ct);
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
        PrintNext();
        return 0;
    }

    private static async Task<CozyClient> AddAsync(AdminClient admin, Uri edge, string domain, CancellationToken ct)
    {
        await admin.AddInstanceAsync(domain, "demo", "en", quota: null, ct);
        return await ConnectAsync(admin, edge, domain, ct);
    }

    private static async Task<CozyClient> ConnectAsync(AdminClient admin, Uri edge, string domain, CancellationToken ct) =>
        new(edge, domain, await admin.CliTokenAsync(domain, ["io.cozy.files", "io.cozy.accounts", "io.cozy.nextcloud.migrations"], ct));

    private static void PrintNext() => AnsiConsole.MarkupLine(
        """

        Next, with a Nextcloud of your own:
          [bold]./bridge serve[/]
          [bold]./bridge instances add alma.localhost:8080 --passphrase SECRET[/]
          and README.md: connect a Nextcloud, and migrate it
        """);

    private static string Megabytes(long bytes) => $"{bytes / 1e6:0.0} MB";
}
