using Grpc.Core;
using Migration.Tests.Fakes;
using RemoteFiles.Tests.Routes;

namespace Migration.Tests;

/// <summary>Two replicas of the service, which hear each other through a real broker.</summary>
[Collection(RabbitMqServer.Name)]
public sealed class RelayTests(RabbitMqServer rabbitMq)
{
    private const string Doctype = "io.cozy.nextcloud.migrations";

    [Fact]
    public async Task What_happens_at_one_replica_is_told_by_the_other_once()
    {
        await rabbitMq.StartAsync();
        await using var one = await RunningService.StartAsync(("RabbitMq:Uri", rabbitMq.Uri));
        await using var two = await one.StartReplicaAsync(("RabbitMq:Uri", rabbitMq.Uri), ("Migration:Worker", "false"));
        using var watch = await ConnectedAsync(one, two);
        using var own = await RealtimeTests.WatchAsync(one);
        var id = await one.TriggerAsync();
        var here = await RealtimeTests.UntilEndAsync(own);
        var there = await RealtimeTests.UntilEndAsync(watch);
        Assert.Equal(here.Select(told => (string)told.Json["_rev"]!), there.Select(told => (string)told.Json["_rev"]!));
        Assert.All(there, told => Assert.Equal(id, told.Id));
    }

    [Fact]
    public async Task When_the_broker_dies_work_goes_on_and_watchers_begin_anew()
    {
        await rabbitMq.StartAsync();
        await using var one = await RunningService.StartAsync(("RabbitMq:Uri", rabbitMq.Uri));
        await using var two = await one.StartReplicaAsync(("RabbitMq:Uri", rabbitMq.Uri), ("Migration:Worker", "false"));
        using var watch = await ConnectedAsync(one, two);
        await rabbitMq.KillAsync();

        // Nobody waits for the broker.
        using var answer = await one.PostAsync($"/realtime/{Doctype}/lost", "{}");
        Assert.Equal(204, (int)answer.StatusCode);

        await rabbitMq.StartAsync();
        Assert.Equal(StatusCode.Unavailable, (await watch.EndAsync()).StatusCode);
        using var again = await ConnectedAsync(one, two);
    }

    [Fact]
    public async Task While_the_broker_takes_nothing_nobody_waits_and_all_is_told_when_it_takes_again()
    {
        await rabbitMq.StartAsync();
        await using var one = await RunningService.StartAsync(("RabbitMq:Uri", rabbitMq.Uri));
        await using var two = await one.StartReplicaAsync(("RabbitMq:Uri", rabbitMq.Uri), ("Migration:Worker", "false"));
        using var watch = await ConnectedAsync(one, two);
        await using var alarm = await rabbitMq.AlarmAsync();
        for (var i = 0; i < 10; i++)
        {
            using var answer = await one.PostAsync($"/realtime/{Doctype}/blocked-{i}", "{}");
            Assert.Equal(204, (int)answer.StatusCode);
        }

        await alarm.DisposeAsync();

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal($"blocked-{i}", (await watch.NextAsync()).Id);
        }
    }

    // A watch at the second replica that hears what is said at the first.
    private static async Task<WatchClient> ConnectedAsync(RunningService one, RunningService two)
    {
        while (true)
        {
            WatchClient? watch = null;
            try
            {
                // Not settled: what an earlier attempt said may come before the answer.
                watch = await RealtimeTests.OpenAsync(two);
                await watch.SubscribeAsync(Doctype);
                var heard = watch.NextAsync();
                while (!heard.IsCompleted)
                {
                    using var hello = await one.PostAsync($"/realtime/{Doctype}/hello", "{}");
                    await Task.WhenAny(heard, Task.Delay(100, RealtimeTests.Ct));
                }

                await heard;

                // What was said meanwhile is read before anything else.
                var last = "last-" + Guid.NewGuid().ToString("N");
                using var said = await one.PostAsync($"/realtime/{Doctype}/{last}", "{}");
                while ((await watch.NextAsync()).Id != last)
                {
                }

                return watch;
            }
            catch (RpcException)
            {
                // The replicas have only just found the broker again.
                watch?.Dispose();
            }
        }
    }
}
