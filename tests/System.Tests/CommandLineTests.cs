using System.Text.Json.Nodes;
using Bridge;
using Bridge.Demo;
using Dapper;
using Microsoft.Data.Sqlite;
using Migration.Tests.Fakes;

namespace SystemTests;

/// <summary>The commands over a running server: what they print for people and for programs, and their exit codes.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task An_instance_is_added_connected_migrated_and_looked_at_with_commands_alone()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), ct);
        var domain = bridge.Domain("alma");
        string[] nextcloud = ["--url", source.Url, "--login", source.User];
        var secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, "a passphrase\n", ct);

        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "instances", "add", domain, "--passphrase-file", secret));
        Assert.Contains(domain, (await CommandLine.RunAsync(bridge, null, ct, "instances", "ls")).Output, StringComparison.Ordinal);
        var account = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, source.Password, ct, ["accounts", "add", domain, .. nextcloud])).LastLine;
        Assert.StartsWith(account + "\t", CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "accounts", "ls", domain)).Output, StringComparison.Ordinal);

        var look = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, source.Password, ct, ["migrate", domain, .. nextcloud, "--dry-run", "--json"]));
        Assert.Equal(source.Sample.Files.Count, (int)JsonNode.Parse(look.Output)!["files"]!);
        Assert.Equal("[]", CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "migrations", "ls", domain, "--json")).LastLine);

        var end = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, source.Password, ct, ["migrate", domain, .. nextcloud, "--verify", "all"]));
        Assert.Contains($"Complete: {source.Sample.Files.Count} files", end.LastLine, StringComparison.Ordinal);
        var list = JsonNode.Parse(CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "migrations", "ls", domain, "--json")).Output)!.AsArray();
        var id = (string)Assert.Single(list)!["_id"]!;
        var report = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "migrations", "report", domain, id, "--outcome", "imported"));
        var rows = report.Output.Trim().Split('\n')[1..];
        Assert.Equal(source.Sample.Files.Count, rows.Length);
        Assert.All(rows, row => Assert.EndsWith(",hash", row.TrimEnd(), StringComparison.Ordinal)); // its proof
        Assert.Matches(@"(?m)^\d\d:\d\d:\d\d info migration\.completed ", bridge.Process.Output);
        var again = CommandLine.Expect(1, await CommandLine.RunAsync(bridge, null, ct, "migrations", "cancel", domain, id));
        Assert.Contains("the server refused (409)", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_says_what_is_wrong_and_what_to_do()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        var domain = bridge.Domain("alma");
        using var alma = await bridge.AddInstanceAsync("alma", ct);

        var missing = CommandLine.Expect(ExitCodes.Usage, await CommandLine.RunAsync(bridge, null, ct, "migrate", domain, "--login", "alice"));
        Assert.Contains("'--url' is required", missing.Errors, StringComparison.Ordinal);
        var password = CommandLine.Expect(ExitCodes.Usage, await CommandLine.RunAsync(bridge, null, ct, "migrate", domain, "--url", "http://x", "--login", "alice"));
        Assert.Contains("--password-stdin, --password-file FILE or BRIDGE_PASSWORD", password.Errors, StringComparison.Ordinal);
        var wrong = CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, "wrong", ct, "migrate", domain, "--url", $"http://{domain}/", "--login", "alma"));
        Assert.Contains("nextcloud credentials are invalid", wrong.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", wrong.Errors, StringComparison.Ordinal);
        var nobody = CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "migrations", "ls", bridge.Domain("nobody")));
        Assert.Contains("bridge instances ls", nobody.Errors, StringComparison.Ordinal);
        var elsewhere = CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "migrations", "ls", domain, "--server", "http://127.0.0.1:1"));
        Assert.DoesNotContain("   at ", elsewhere.Errors, StringComparison.Ordinal);
        using (var stranger = new AdminClient(bridge.AdminAddress, "another secret"))
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => stranger.ListInstancesAsync(ct));
            Assert.Contains("has another admin secret than BRIDGE_ADMIN_SECRET", refused.Message, StringComparison.Ordinal);
        }

        await bridge.Process.KillAsync();
        var dead = CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "migrations", "ls", domain));
        Assert.Contains("./bridge serve", dead.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_is_followed_through_the_death_of_the_server()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfInstanceAsync(nextcloud, SampleTree.Make(), ct);
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        var id = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, source.Password, ct, "migrate", bridge.Domain("alma"), "--url", source.Url, "--login", source.User, "--detach")).LastLine;
        await nextcloud.Process.KillAsync();

        var follow = CommandLine.Start(bridge, null, "migrations", "follow", bridge.Domain("alma"), id);
        var begun = await CommandLine.UntilAsync(follow, "\n", ct);
        await bridge.Process.KillAsync();
        begun += await CommandLine.UntilAsync(follow, "the server does not answer; asking again", ct);
        await bridge.StartAgainAsync(ct);
        await nextcloud.StartAgainAsync(ct);

        Assert.Contains("Complete", CommandLine.Expect(0, await CommandLine.EndAsync(follow, begun, ct)).LastLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_terminal_the_demo_and_a_migration_draw_a_bar_and_a_password_is_not_shown()
    {
        var ct = TestContext.Current.CancellationToken;
        var demo = CommandLine.Expect(0, await CommandLine.RunInTerminalAsync(null, null, ct, "demo", "--once"));
        Assert.Contains("━", demo.Output, StringComparison.Ordinal);
        Assert.Contains("300 of 300 files verified", demo.Output, StringComparison.Ordinal);

        await using var bridge = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        var end = CommandLine.Expect(0, await CommandLine.RunInTerminalAsync(bridge, ("Password:", source.Password + "\r"), ct, "migrate", bridge.Domain("alma"), "--url", source.Url, "--login", source.User));
        Assert.Contains("Password:", end.Output, StringComparison.Ordinal);
        Assert.Contains("━", end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(source.Password, end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_that_is_removed_leaves_nothing_in_any_table_and_its_neighbour_everything()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        string[] migrate = ["migrate", bridge.Domain("alma"), "--url", source.Url, "--login", source.User];
        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, source.Password, ct, migrate));
        var domain = bridge.Domain("alma");
        Assert.NotEqual(0, await RowsOfAsync(bridge, domain, ct));

        CommandLine.Expect(ExitCodes.Usage, await CommandLine.RunAsync(bridge, null, ct, "instances", "rm", domain));
        CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "instances", "rm", domain, "--yes"));
        var missing = CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "instances", "rm", domain, "--yes"));
        Assert.Contains("there is no instance", missing.Errors, StringComparison.Ordinal);
        Assert.Contains("or there was one", CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "instances", "add", domain, "--passphrase", "x")).Errors, StringComparison.Ordinal);
        await bridge.Process.KillAsync();
        await bridge.StartAgainAsync(ct);

        // The other service asks at its start what was removed.
        await Eventually.AsExpectedAsync(0L, () => RowsOfAsync(bridge, domain, ct));

        using var neighbour = await bridge.ClientAsync("source", ct);
        foreach (var file in source.Sample.Files)
        {
            Assert.NotNull(await neighbour.StatAsync(file.Path, ct));
        }
    }

    [Theory]
    [InlineData("completed", "complete", ExitCodes.Success)]
    [InlineData("completed", "partial", ExitCodes.Partial)]
    [InlineData("failed", null, ExitCodes.Failed)]
    [InlineData("canceled", null, ExitCodes.Canceled)]
    public void The_exit_code_of_a_migration_tells_its_end(string status, string? outcome, int code) =>
        Assert.Equal(code, new MigrationState(new JsonObject { ["status"] = status, ["outcome"] = outcome }).ExitCode);

    [Fact]
    public async Task A_shell_is_told_the_words_that_may_come_next()
    {
        var ct = TestContext.Current.CancellationToken;
        var words = CommandLine.Expect(0, await CommandLine.RunAsync(null, null, ct, "completion", "words", "--", "migrations", "c"));
        Assert.Equal("cancel", words.LastLine);
        var line = "source <(\"$0\" completion bash); COMP_WORDS=(\"$0\" migrations re); COMP_CWORD=2; _bridge; echo \"${COMPREPLY[*]}\"";
        using var bash = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", ["-c", line, CommandLine.Binary]) { RedirectStandardOutput = true })!;
        Assert.Equal("report retry", (await bash.StandardOutput.ReadToEndAsync(ct)).Trim());
    }

    private static async Task<long> RowsOfAsync(BridgeProcess bridge, string domain, CancellationToken ct)
    {
        var (data, rows) = (new DataDirectory(bridge.Data), 0L);
        foreach (var file in new[] { data.RemoteFilesDatabase, data.MigrationDatabase })
        {
            await using var db = new SqliteConnection($"Data Source={file};Pooling=False");
            var tables = (await db.QueryAsync<string>("SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'instance' WHERE m.type = 'table'")).ToList();
            Assert.NotEmpty(tables);
            foreach (var table in tables)
            {
                rows += await db.ExecuteScalarAsync<long>(new CommandDefinition($"SELECT COUNT(*) FROM {table} WHERE instance = @domain", new { domain }, cancellationToken: ct));
            }
        }

        return rows;
    }
}
