using System.Text.Json.Nodes;
using Bridge;
using Migration.Tests.Fakes;
using StandIn;

namespace SystemTests.Operations;

/// <summary><c>bridge explain</c>: what it says of a migration that nobody has, one at work, one that waits, and one that has ended.</summary>
public sealed class ExplainTests
{
    [Fact]
    public async Task One_that_is_at_work_and_then_refused_is_explained_at_each_step()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await StandInNextcloud.StartAsync();
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        using var other = await bridge.AddInstanceAsync("other", ct);
        var gate = new TaskCompletionSource();
        using var held = nextcloud.Always(request => request.Method == "PROPFIND", async (_, answer) =>
        {
            await gate.Task;
            await answer();
        });
        var id = await alma.StartMigrationAsync(nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.Password, "/", "/Nextcloud", ct);

        var running = await UntilAsync(bridge, id, facts => facts["lease"]?["held"]?.GetValue<bool>() == true, ct);
        Assert.Contains((string)running["status"]!, new[] { "pending", "running" });
        Assert.Equal(bridge.Domain("alma"), (string)running["instance"]!);
        Assert.Equal(8, ((string)running["lease"]!["owner"]!).Length);
        Assert.False((bool)running["source"]!["refused"]!);

        nextcloud.Password = "changed meanwhile";
        gate.SetResult();
        await UntilAsync(bridge, id, facts => (string?)facts["waiting"]?["reason"] == "credentials", ct);
        var words = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "explain", id, "--instance", bridge.Domain("alma"))).Output;
        Assert.Contains("It waits for a new password since", words, StringComparison.Ordinal);
        Assert.Contains($"{nextcloud.Url.Authority} refuses the password; it is not sent any more.", words, StringComparison.Ordinal);
        Assert.Contains("What to do\n  Its owner makes a new app password", words, StringComparison.Ordinal);
        Assert.DoesNotContain("changed meanwhile", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_without_a_worker_waits_for_one_and_one_that_nobody_has_is_refused_in_words()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await StandInNextcloud.StartAsync();
        await using var bridge = await BridgeProcess.StartWithoutWorkerAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        var id = await alma.StartMigrationAsync(nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.Password, "/", "/Nextcloud", ct);

        var words = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "explain", id)).Output;
        Assert.Contains("It waits for a worker: none has taken it yet.", words, StringComparison.Ordinal);
        Assert.Contains("Migration:Worker", words, StringComparison.Ordinal);

        var nobody = CommandLine.Expect(ExitCodes.Refused, await CommandLine.RunAsync(bridge, null, ct, "explain", "0123456789abcdef0123456789abcdef"));
        Assert.Contains("no instance has a migration 0123456789abcdef0123456789abcdef", nobody.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_came_but_for_a_file_names_the_reason_and_what_helps()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await StandInNextcloud.StartAsync();
        nextcloud.Tree.AddFile("good.txt", "good"u8.ToArray());
        nextcloud.Tree.AddFile("bad.txt", "bad"u8.ToArray());
        using var forbidden = nextcloud.Always(request => request.Is("GET", "bad.txt"), (context, _) =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        });
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var alma = await bridge.AddInstanceAsync("alma", ct);
        var id = await alma.StartMigrationAsync(nextcloud.Url.ToString(), nextcloud.User.Login, nextcloud.Password, "/", "/Nextcloud", ct);

        var facts = await UntilAsync(bridge, id, facts => (string)facts["status"]! == "completed", ct);
        var failed = Assert.Single(facts["failed"]!.AsArray())!;
        Assert.Equal(("not_allowed", 1), ((string)failed["reason"]!, (int)failed["count"]!));
        var words = CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "explain", id)).Output;
        Assert.Contains("It has ended, and some files did not arrive.", words, StringComparison.Ordinal);
        Assert.Contains("1 failed: The Nextcloud does not let this account read it.", words, StringComparison.Ordinal);
        Assert.Contains($"bridge migrations retry {bridge.Domain("alma")} {id}", words, StringComparison.Ordinal);
        Assert.Contains("not_allowed: Ask its owner", words, StringComparison.Ordinal);
    }

    private static Task<JsonNode> UntilAsync(BridgeProcess bridge, string id, Func<JsonNode, bool> condition, CancellationToken ct) => Eventually.GetAsync(
        async () => JsonNode.Parse(CommandLine.Expect(0, await CommandLine.RunAsync(bridge, null, ct, "explain", id, "--json")).Output)!, condition);
}
