using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Migration.Migrations;
using Migration.Queue;
using Migration.Tests.Fakes;
using RabbitMQ.Client;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>What commands do, and how their consumer lives, against a real broker.</summary>
[Collection(RabbitMqServer.Name)]
public sealed class ConsumeTests(RabbitMqServer server) : IAsyncLifetime
{
    private readonly QueueRig queue = new(server);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Rig Rig => queue.Rig;

    public ValueTask InitializeAsync() => queue.InitializeAsync();

    public ValueTask DisposeAsync() => queue.DisposeAsync();

    [Fact]
    public async Task A_message_starts_a_migration_that_waits()
    {
        Rig.Remote.File("/a.txt");
        Rig.Options.LookForWork = TimeSpan.FromHours(1);
        await Rig.StartWorkerAsync();
        await queue.StartConsumerAsync();
        var id = await queue.AddPendingAsync();
        Assert.Equal(MigrationStatus.Pending, (await Rig.DocumentAsync(id)).Status);

        await queue.PublishAsync(Topology.Requested, QueueRig.Body(id));

        Assert.Equal("complete", (await Rig.FinishAsync(id)).Outcome);
        await queue.AssertEmptiedAsync();
    }

    [Fact]
    public async Task A_message_is_acknowledged_at_once_though_every_place_is_taken_for_hours()
    {
        Rig.Options.ConcurrentMigrations = 1;
        var over = new TaskCompletionSource();
        Rig.Remote.File("/a.txt").OnFetch = (_, ct) => over.Task.WaitAsync(ct);
        await Rig.StartWorkerAsync();
        await queue.StartConsumerAsync();
        var other = await queue.AddPendingAsync("bob.example");
        await Eventually.GetAsync(async () => (await Rig.Migrations.FindAsync("bob.example", other, TestContext.Current.CancellationToken))!.Document, document => document.Status == MigrationStatus.Running);

        var id = await queue.AddPendingAsync();
        await queue.PublishAsync(Topology.Requested, QueueRig.Body(id));

        // A consumer that held it for the broker's half hour would be hung up on, and get it again.
        await queue.AssertEmptiedAsync();
        Assert.Equal(MigrationStatus.Pending, (await Rig.DocumentAsync(id)).Status);
        over.SetResult();
        Assert.Equal("complete", (await Rig.FinishAsync(id)).Outcome);
    }

    [Fact]
    public async Task The_same_message_twice_runs_a_migration_once()
    {
        Rig.Remote.File("/a.txt").File("/b.txt");
        await Rig.StartWorkerAsync();
        await queue.StartConsumerAsync();
        var id = await Rig.TriggerAsync();
        await queue.PublishAsync(Topology.Requested, QueueRig.Body(id));
        await queue.PublishAsync(Topology.Requested, QueueRig.Body(id));

        var document = await Rig.FinishAsync(id);
        await queue.PublishAsync(Topology.Requested, QueueRig.Body(id));
        await queue.AssertEmptiedAsync();

        Assert.Equal(2, document.Progress.FilesImported);
        Assert.Equal(2, Rig.Remote.Fetches);
        Assert.Equal(document, (await Rig.DocumentAsync(id)) with { Errors = document.Errors, Skipped = document.Skipped, Renamed = document.Renamed });
    }

    [Fact]
    public async Task A_cancel_message_cancels_a_migration_that_runs()
    {
        Rig.Remote.File("/a.txt").OnFetch = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        await Rig.StartWorkerAsync();
        await queue.StartConsumerAsync();
        var id = await Rig.TriggerAsync();
        await Rig.UntilAsync(id, document => document.Status == MigrationStatus.Running);

        await queue.PublishAsync(Topology.Canceled, QueueRig.Body(id));

        Assert.Equal(MigrationStatus.Canceled, (await Rig.FinishAsync(id)).Status);
    }

    [Fact]
    public async Task What_is_not_json_goes_to_the_dead_letters_and_stays_there()
    {
        await queue.StartConsumerAsync();

        await queue.PublishAsync(Topology.Requested, "not json {");
        var dead = await queue.GetAsync(Topology.DeadCommands);

        Assert.Equal("not json {", Encoding.UTF8.GetString(dead.Body.Span));
        await queue.AssertEmptiedAsync();
    }

    [Theory]
    [InlineData("""{"migrationId":"5b0e2a7c9d4f4e0f8a61c3d2e7f90b14","workplaceFqdn":"alma.example"}""")]
    [InlineData("""{"workplaceFqdn":"alma.example"}""")]
    [InlineData("""{"migrationId":7,"workplaceFqdn":[]}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task A_message_that_means_nothing_here_is_dropped(string body)
    {
        await queue.StartConsumerAsync();

        await queue.PublishAsync(Topology.Requested, body);
        await queue.PublishAsync(Topology.Canceled, body);

        await queue.AssertEmptiedAsync();
        Assert.Equal(0u, await queue.CountAsync(Topology.DeadCommands));
    }

    [Fact]
    public async Task A_dead_request_fails_the_migration_that_waits_for_it()
    {
        var id = await queue.AddPendingAsync();
        await queue.StartConsumerAsync();

        await queue.PublishAsync(Topology.Requested + ".dead", QueueRig.Body(id), "migration.dlx");

        var document = await Rig.FinishAsync(id);
        Assert.Equal(MigrationStatus.Failed, document.Status);
        Assert.Contains("could not be delivered", document.FailureReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_consumer_outlives_a_restart_of_the_broker_and_says_when_it_is_not_ready(bool isAllLost)
    {
        Rig.Remote.File("/a.txt");
        await Rig.StartWorkerAsync();
        await queue.StartConsumerAsync();

        await (isAllLost ? server.KillAsync() : server.StopAsync());
        await queue.UntilHealthAsync(HealthStatus.Unhealthy);
        await server.StartAsync();
        await queue.UntilHealthAsync(HealthStatus.Healthy);

        Assert.Equal("complete", (await Rig.FinishAsync(await Rig.TriggerAsync())).Outcome);
        await queue.AssertEmptiedAsync();
    }
}
