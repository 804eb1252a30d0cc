using System.Text.Json.Nodes;
using Bridge;
using Bridge.Demo;
using Migration.Tests.Fakes;

[assembly: AssemblyFixture(typeof(RabbitMqServer))]

namespace SystemTests;

/// <summary>Whole migrations, over sockets, between processes: from our own Nextcloud face, and from a real Nextcloud where one is named.</summary>
public sealed class MigrationTests(RabbitMqServer rabbitMq)
{
    private const string Target = "/Moved here";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_migration_brings_every_file_with_its_bytes_name_and_date(bool withRabbitMq)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bridge = await StartBridgeAsync(withRabbitMq, ct);
        var source = await MigrationSource.OfInstanceAsync(bridge, SampleTree.Make(), ct);
        using var cozy = await bridge.AddInstanceAsync("alma", ct);
        await AssertCompleteAsync(cozy, source, await RunAsync(cozy, source, ct), ct);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thousand_files_of_a_real_Nextcloud_arrive_with_equal_hashes_and_dates(bool withRabbitMq)
    {
        var ct = TestContext.Current.CancellationToken;
        var source = await MigrationSource.OfNextcloudAsync(SampleTree.Make(1000), ct);
        Assert.SkipWhen(source is null, MigrationSource.NoNextcloud);
        await using var bridge = await StartBridgeAsync(withRabbitMq, ct);
        using var cozy = await bridge.AddInstanceAsync("alma", ct);
        await AssertCompleteAsync(cozy, source, await RunAsync(cozy, source, ct), ct);
    }

    [Fact]
    public async Task Every_file_has_the_hash_that_its_source_tells_of_it_where_all_are_to_be_verified()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfNextcloudAsync(SampleTree.Make(100), ct) ?? await MigrationSource.OfInstanceAsync(nextcloud, SampleTree.Make(), ct);
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string> { ["Migration__Verify"] = "all" }, ct);
        using var cozy = await bridge.AddInstanceAsync("alma", ct);

        var end = await RunAsync(cozy, source, ct);

        await AssertCompleteAsync(cozy, source, end, ct);
        Assert.Equal(source.Sample.Files.Count, end["counts"]!["verified"]!["hash"]!.GetValue<int>());
    }

    [Fact]
    public async Task Killed_at_any_moment_and_started_again_it_ends_complete_and_without_duplicates()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfNextcloudAsync(SampleTree.Make(1000), ct) ?? await MigrationSource.OfInstanceAsync(nextcloud, SampleTree.Make(), ct);
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var cozy = await bridge.AddInstanceAsync("alma", ct);

        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var id = await StartAsync(cozy, source, ct);
        var kills = 0;
        foreach (var mark in Enumerable.Range(0, 6).Select(_ => random.Next(source.Sample.Files.Count)).Order())
        {
            await UntilAsync(cozy, id, migration => migration["progress"]!["files_imported"]!.GetValue<int>() >= mark || IsOver(migration), ct);
            await bridge.Process.KillAsync();
            kills++;
            await bridge.StartAgainAsync(ct);
        }

        var end = await UntilAsync(cozy, id, IsOver, ct);
        Assert.Equal(6, kills);
        await AssertCompleteAsync(cozy, source, end, ct);
    }

    [Fact]
    public async Task Migrating_again_brings_what_is_new_and_the_report_knows_every_file()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var nextcloud = await BridgeProcess.StartAsync(ct);
        var source = await MigrationSource.OfNextcloudAsync(SampleTree.Make(100), ct) ?? await MigrationSource.OfInstanceAsync(nextcloud, SampleTree.Make(), ct);
        await using var bridge = await BridgeProcess.StartAsync(ct);
        using var cozy = await bridge.AddInstanceAsync("alma", ct);
        await AssertCompleteAsync(cozy, source, await RunAsync(cozy, source, ct), ct);

        var id = await StartAsync(cozy, source, ct);
        var end = await UntilAsync(cozy, id, IsOver, ct);

        await AssertCompleteAsync(cozy, source, end, ct);
        Assert.Equal(source.Sample.Files.Count, end["counts"]!["identical"]!.GetValue<int>());
        Assert.Equal(0, end["counts"]!["imported"]!.GetValue<int>());
        using var report = new StreamReader(await cozy.OpenAsync($"/remote/nextcloud/migration/{id}/report?format=json&outcome=identical", ct));
        var lines = JsonNode.Parse(await report.ReadToEndAsync(ct))!.AsArray();
        Assert.Equal(source.Sample.Files.Count, lines.Count);
        Assert.All(lines, line => Assert.Equal(("version", 64, 32), ((string)line!["proof"]!, ((string)line["sha256"]!).Length, ((string)line["md5"]!).Length)));
    }

    private async Task<BridgeProcess> StartBridgeAsync(bool withRabbitMq, CancellationToken ct)
    {
        if (!withRabbitMq)
        {
            return await BridgeProcess.StartAsync(ct);
        }

        await rabbitMq.StartAsync();
        return await BridgeProcess.StartAsync(ct, "--rabbitmq", rabbitMq.Uri);
    }

    private static Task<string> StartAsync(CozyClient cozy, MigrationSource source, CancellationToken ct) =>
        cozy.StartMigrationAsync(source.Url, source.User, source.Password, source.Folder, Target, ct);

    private static async Task<JsonNode> RunAsync(CozyClient cozy, MigrationSource source, CancellationToken ct) =>
        await UntilAsync(cozy, await StartAsync(cozy, source, ct), IsOver, ct);

    private static bool IsOver(JsonNode migration) => migration["status"]!.GetValue<string>() is "completed" or "failed" or "canceled";

    private static async Task<JsonNode> UntilAsync(CozyClient cozy, string id, Func<JsonNode, bool> condition, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var migration = await cozy.GetMigrationAsync(id, ct);
            if (condition(migration))
            {
                return migration;
            }

            await timer.WaitForNextTickAsync(ct);
        }
    }

    private static async Task AssertCompleteAsync(CozyClient cozy, MigrationSource source, JsonNode end, CancellationToken ct)
    {
        Assert.True(end["status"]!.GetValue<string>() == "completed", end.ToJsonString());
        var progress = end["progress"]!;
        Assert.Equal(source.Sample.Files.Count, progress["files_total"]!.GetValue<int>());
        Assert.Equal(source.Sample.Files.Count, progress["files_imported"]!.GetValue<int>());
        Assert.Equal(source.Sample.Bytes, progress["bytes_total"]!.GetValue<long>());
        Assert.Equal(source.Sample.Bytes, progress["bytes_imported"]!.GetValue<long>());
        Assert.Empty(end["errors"]!.AsArray());
        Assert.Empty(await Verification.CompareAsync(cozy, source.Sample, Target, () => { }, ct));
        Assert.Equal(source.Sample.Files.Count, await cozy.CountFilesAsync(Target, ct));
    }
}
