using System.Text.Json.Nodes;
using Grpc.Core;
using Migration.Tests.Fakes;
using RemoteFiles.Tests.Routes;

namespace Migration.Tests;

/// <summary>What watchers hear of migrations (cozy-api section 11).</summary>
public sealed class RealtimeTests
{
    private const string Doctype = "io.cozy.nextcloud.migrations";

    [Fact]
    public async Task A_migration_is_told_from_its_beginning_to_its_end_in_the_order_of_its_revisions()
    {
        await using var service = await RunningService.StartAsync(("Migration:ReportInterval", "00:00:00.01"));
        service.Remote.Folder("/Photos").File("/Photos/a.jpg").File("/b.txt", size: 32);
        using var watch = await WatchAsync(service);
        var id = await service.TriggerAsync();
        var events = await UntilEndAsync(watch);
        Assert.Equal(("CREATED", "pending"), (events[0].Event, (string)events[0].Json["status"]!));
        Assert.All(events.Skip(1), told => Assert.Equal("UPDATED", told.Event));
        Assert.All(events, told => Assert.Equal((id, id), (told.Id, (string)told.Json["_id"]!)));
        Assert.Equal(events.Select(told => Number(told.Json)).Order().Distinct(), events.Select(told => Number(told.Json)));
        Assert.Equal(("completed", 42), ((string)events[^1].Json["status"]!, (int)events[^1].Json["progress"]!["bytes_imported"]!));

        using var shown = await service.GetAsync($"/data/{Doctype}/{id}");
        var document = JsonNode.Parse(await shown.Content.ReadAsStringAsync(Ct))!;
        Assert.True(JsonNode.DeepEquals(document, events[^1].Json), $"{document}\n{events[^1].Json}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_subscribes_too_late_for_the_end_is_told_of_it(bool byId)
    {
        await using var service = await RunningService.StartAsync();
        var id = await service.TriggerAsync();
        await service.FinishAsync(id);
        using var watch = await OpenAsync(service);
        await watch.SubscribeAsync(Doctype, byId ? id : "");
        var (@event, told, json) = await watch.NextAsync();
        Assert.Equal(("UPDATED", id, "completed"), (@event, told, (string)json["status"]!));
        await watch.SettleAsync();
    }

    [Fact]
    public async Task A_migration_that_ended_long_ago_is_told_by_its_id_alone()
    {
        var clock = new Late();
        await using var service = await RunningService.StartAsync(clock);
        var id = await service.TriggerAsync();
        await service.FinishAsync(id);
        clock.Shift = TimeSpan.FromMinutes(11);
        using var watch = await OpenAsync(service);
        await watch.SubscribeAsync(Doctype);
        await watch.SettleAsync();
        await watch.SubscribeAsync(Doctype, id);
        Assert.Equal(id, (await watch.NextAsync()).Id);
    }

    [Fact]
    public async Task A_subscription_while_it_runs_hears_its_state_and_then_its_end_and_nothing_older()
    {
        await using var service = await RunningService.StartAsync(("Migration:ReportInterval", "00:00:00.001"));
        var goOn = new TaskCompletionSource();
        service.Remote.OnFetch = (_, _) => goOn.Task;
        for (var i = 0; i < 50; i++)
        {
            service.Remote.File($"/{i}.txt");
        }

        var id = await service.TriggerAsync();
        await service.UntilAsync(id, document => (string)document["status"]! == "running");
        using var watch = await OpenAsync(service);
        await watch.SubscribeAsync(Doctype, id);
        goOn.SetResult();
        var numbers = (await UntilEndAsync(watch)).Select(told => Number(told.Json)).ToList();

        // The state itself may have been told as a change just before.
        Assert.Equal(numbers.Order(), numbers);
        Assert.InRange(numbers.Count - numbers.Distinct().Count(), 0, 1);
    }

    [Fact]
    public async Task Another_instance_hears_nothing_of_it_even_when_it_knows_the_id()
    {
        await using var service = await RunningService.StartAsync();
        using var watch = await WatchClient.OpenAsync(service.Grpc, TwoInstances.Other.Domain, service.Token(instance: TwoInstances.Other));
        var id = await service.TriggerAsync();
        await watch.SubscribeAsync(Doctype);
        await watch.SubscribeAsync(Doctype, id);
        await service.FinishAsync(id);
        await watch.SettleAsync();
    }

    [Fact]
    public async Task A_rule_about_one_migration_allows_that_one()
    {
        await using var service = await RunningService.StartAsync();
        var id = await service.TriggerAsync();
        await service.FinishAsync(id);
        using var watch = await WatchClient.OpenAsync(service.Grpc, Rig.Instance, service.Token($"{Doctype}:GET:{id}"));
        await watch.SubscribeAsync(Doctype);
        Assert.Equal("", (await watch.ReadAsync()).Forbidden?.Id);
        await watch.SubscribeAsync(Doctype, id);
        Assert.Equal(id, (await watch.NextAsync()).Id);
    }

    [Fact]
    public async Task While_the_instances_cannot_be_known_a_watcher_is_told_to_come_again()
    {
        await using var service = await RunningService.StartAsync(("RemoteFiles:Address", "http://127.0.0.1:1/"));
        using var watch = await OpenAsync(service);
        Assert.Equal(StatusCode.Unavailable, (await watch.EndAsync()).StatusCode);
    }

    [Fact]
    public async Task What_a_client_says_about_a_migration_reaches_its_subscribers()
    {
        await using var service = await RunningService.StartAsync();
        using var watch = await WatchAsync(service);
        using var answer = await service.PostAsync($"/realtime/{Doctype}/5b0e", """{"hello":1}""");
        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Equal(("NOTIFIED", "5b0e"), await watch.NextAsync() is var (@event, id, _) ? (@event, id) : default);
    }

    internal static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal static Task<WatchClient> OpenAsync(RunningService service) => WatchClient.OpenAsync(service.Grpc, Rig.Instance, service.Token());

    internal static async Task<WatchClient> WatchAsync(RunningService service)
    {
        var watch = await OpenAsync(service);
        await watch.SubscribeAsync(Doctype);
        await watch.SettleAsync();
        return watch;
    }

    internal static async Task<List<(string Event, string Id, JsonObject Json)>> UntilEndAsync(WatchClient watch)
    {
        var events = new List<(string Event, string Id, JsonObject Json)>();
        do
        {
            events.Add(await watch.NextAsync());
        }
        while ((string)events[^1].Json["status"]! is "pending" or "running");
        return events;
    }

    private static int Number(JsonObject document) =>
        int.Parse(((string)document["_rev"]!).Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);

    private sealed class Late : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
