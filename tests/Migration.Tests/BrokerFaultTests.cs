using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Migration.Migrations;
using Migration.Queue;
using Migration.Tests.Fakes;
using RabbitMQ.Client;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>What a broker does to those who use it when it is full, strict or impatient, and what a message does that nobody can use.</summary>
[Collection(RabbitMqServer.Name)]
public sealed class BrokerFaultTests(RabbitMqServer server) : IAsyncLifetime
{
    private readonly QueueRig queue = new(server);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Rig Rig => queue.Rig;

    public ValueTask InitializeAsync() => queue.InitializeAsync();

    public ValueTask DisposeAsync() => queue.DisposeAsync();

    [Fact]
    public async Task While_the_broker_has_no_memory_orders_are_refused_in_time_and_what_comes_late_starts_nothing()
    {
        Rig.Remote.File("/a.txt");
        queue.Options.PublishTimeout = TimeSpan.FromSeconds(1);
        var running = await queue.AddPendingAsync("bob.example");
        string failed;
        await using (await server.AlarmAsync())
        {
            Assert.Equal(Fault.Unavailable, (await Assert.ThrowsAsync<FaultException>(() => Rig.TriggerAsync())).Fault);
            var document = (await Rig.Migrations.FindLatestAsync(Rig.Instance, Ct))!;
            Assert.Equal(MigrationStatus.Failed, document.Document.Status);
            Assert.StartsWith("publish migration command: the broker did not confirm", Assert.Single(document.Document.Errors).Message, StringComparison.Ordinal);
            failed = document.Id;

            Assert.Equal(Fault.Unavailable, (await Assert.ThrowsAsync<FaultException>(() => Rig.Orders.CancelAsync("bob.example", running, Ct))).Fault);
            Assert.Equal(MigrationStatus.Pending, (await Rig.Migrations.FindAsync("bob.example", running, Ct))!.Document.Status);
        }

        queue.Options.PublishTimeout = TimeSpan.FromSeconds(30);
        await Rig.StartWorkerAsync();
        await queue.StartConsumerAsync();
        Assert.Equal("complete", (await Rig.FinishAsync(await Rig.TriggerAsync())).Outcome);
        await queue.AssertEmptiedAsync();
        Assert.Equal(MigrationStatus.Failed, (await Rig.DocumentAsync(failed)).Status);
    }

    [Fact]
    public async Task A_command_that_a_full_queue_refuses_is_a_failure()
    {
        var publisher = QueueRig.Publisher(queue.Options);
        await server.ControlAsync("set_policy", "full", "^migration[.]nextcloud[.]commands$", """{"max-length":1}""", "--apply-to", "queues");
        try
        {
            var refused = await Eventually.GetAsync(PublishAsync, error => error is not null);
            Assert.Equal("the broker refused the command", Assert.IsType<IOException>(refused).Message);

            Assert.Equal(Fault.Unavailable, (await Assert.ThrowsAsync<FaultException>(() => Rig.TriggerAsync())).Fault);
            Assert.Equal(MigrationStatus.Failed, (await Rig.Migrations.FindLatestAsync(Rig.Instance, Ct))!.Document.Status);
        }
        finally
        {
            await server.ControlAsync("clear_policy", "full");

            // It is over for all once the queue takes more than it could then.
            await Eventually.GetAsync(PublishAsync, error => error is null);
        }

        async Task<Exception?> PublishAsync() =>
            await Record.ExceptionAsync(() => publisher.PublishAsync(Topology.Requested, new("id", "nobody.example", null, null, 0), Ct));
    }

    [Fact]
    public async Task A_command_that_cannot_be_put_on_record_comes_again_less_and_less_and_is_a_dead_letter_in_the_end()
    {
        Rig.Remote.File("/a.txt");
        (queue.Options.RetryDelay, queue.Options.LongestRetryDelay, queue.Options.MostDeliveries) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20), 4);
        var id = await queue.AddPendingAsync();
        await PoisonAsync("CREATE TRIGGER poison BEFORE UPDATE ON migrations BEGIN SELECT RAISE(ABORT, 'poison'); END");
        await queue.StartConsumerAsync();

        await queue.PublishAsync(Topology.Canceled, QueueRig.Body(id));

        await Eventually.AsExpectedAsync(0u, () => queue.CountAsync(Topology.Cancels));
        await Eventually.AsExpectedAsync(1u, () => queue.CountAsync(Topology.DeadCancels));

        // It holds up nobody, alive or dead: what comes after it is taken, and it is settled as soon as it can be.
        await queue.PublishAsync(Topology.Requested, "not json {");
        await Eventually.AsExpectedAsync(1u, () => queue.CountAsync(Topology.DeadCommands));
        Assert.Null(await queue.ProblemAsync());
        Assert.Equal(MigrationStatus.Pending, (await Rig.DocumentAsync(id)).Status);
        await PoisonAsync("DROP TRIGGER poison");
        Assert.Equal(MigrationStatus.Canceled, (await Rig.FinishAsync(id)).Status);
        await Eventually.AsExpectedAsync(0u, () => queue.CountAsync(Topology.DeadCancels));
    }

    [Fact]
    public async Task A_consumer_that_the_broker_hangs_up_on_for_slowness_comes_back_and_the_command_is_carried_out_once()
    {
        await server.ControlAsync("eval", "application:set_env(rabbit, consumer_timeout, 500), application:set_env(rabbit, channel_tick_interval, 200).");
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            var id = await queue.AddPendingAsync();
            await queue.StartConsumerAsync();
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var holding = Rig.Database.WriteAsync(
                async _ =>
                {
                    reached.SetResult();
                    await over.Task;
                },
                Ct);
            await reached.Task.WaitAsync(Ct);
            await queue.PublishAsync(Topology.Canceled, QueueRig.Body(id));

            await queue.UntilHealthAsync(HealthStatus.Unhealthy);
            await queue.UntilHealthAsync(HealthStatus.Healthy);
            over.SetResult();
            await holding;

            Assert.Equal(MigrationStatus.Canceled, (await Rig.FinishAsync(id)).Status);
            await queue.AssertEmptiedAsync();
        }
        finally
        {
            over.TrySetResult();
            await server.ControlAsync("eval", "application:set_env(rabbit, consumer_timeout, 1800000), application:set_env(rabbit, channel_tick_interval, 60000).");
        }
    }

    [Fact]
    public async Task A_queue_of_another_kind_is_named_and_used_as_soon_as_it_is_gone()
    {
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        await channel.QueueDeleteAsync(Topology.Commands, ifUnused: false, ifEmpty: false, cancellationToken: Ct);
        await channel.QueueDeclareAsync(Topology.Commands, durable: true, exclusive: false, autoDelete: false, cancellationToken: Ct);
        await queue.BeginConsumerAsync();

        var problem = await Eventually.GetAsync(queue.ProblemAsync, text => text?.Contains("inequivalent", StringComparison.Ordinal) == true);

        Assert.Contains("it has a queue or exchange of ours with other arguments", problem, StringComparison.Ordinal);
        Assert.Contains("'migration.nextcloud.commands'", problem, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<FaultException>(() => Rig.TriggerAsync());
        Assert.Equal(Fault.Unavailable, refused.Fault);

        await channel.QueueDeleteAsync(Topology.Commands, ifUnused: false, ifEmpty: false, cancellationToken: Ct);
        await queue.UntilHealthAsync(HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_password_that_the_broker_refuses_is_told_as_that_and_not_in_clear()
    {
        queue.Options.Uri = server.Uri.Replace(":guest@", ":canary@", StringComparison.Ordinal);
        await queue.BeginConsumerAsync();

        var problem = await Eventually.GetAsync(queue.ProblemAsync, text => text?.Contains("not connected yet", StringComparison.Ordinal) != true);

        Assert.Contains("ACCESS_REFUSED", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", problem, StringComparison.Ordinal);
    }

    private Task PoisonAsync(string sql) => Rig.Database.WriteAsync(db => db.ExecuteAsync(sql), Ct);
}
