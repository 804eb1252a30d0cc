using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Migration.Migrations;
using Migration.Queue;
using Migration.Tests.Fakes;
using RabbitMQ.Client;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>The contract with RabbitMQ, against a real broker.</summary>
public sealed class QueueTests(RabbitMqServer server) : IAsyncLifetime
{
    private readonly Rig rig = new();
    private readonly List<CommandConsumer> consumers = [];
    private readonly QueueHealth health = new();
    private QueueOptions options = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.StartAsync();
        await rig.InitializeAsync();
        options = new() { Uri = server.Uri, LongestReconnectDelay = TimeSpan.FromSeconds(1), DeadLetterInterval = TimeSpan.FromMilliseconds(200) };
        rig.Commands = Publisher(options);
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await Topology.DeclareAsync(channel, Ct);
        foreach (var queue in new[] { Topology.Commands, Topology.Cancels, Topology.DeadCommands, Topology.DeadCancels })
        {
            await channel.QueuePurgeAsync(queue);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var consumer in consumers)
        {
            await consumer.StopAsync(CancellationToken.None);
        }

        await rig.DisposeAsync();
    }

    [Fact]
    public async Task What_we_declared_the_other_side_can_declare_again()
    {
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        foreach (var (queue, key) in new[]
        {
            ("migration.nextcloud.commands", "nextcloud.migration.requested"), ("migration.nextcloud.cancels", "nextcloud.migration.canceled"),
        })
        {
            await channel.ExchangeDeclareAsync("migration", "topic", durable: true, autoDelete: false, cancellationToken: Ct);
            await channel.ExchangeDeclareAsync("migration.dlx", "topic", durable: true, autoDelete: false, cancellationToken: Ct);
            await channel.QueueDeclareAsync(queue + ".dlq", durable: true, exclusive: false, autoDelete: false, null, cancellationToken: Ct);
            await channel.QueueBindAsync(queue + ".dlq", "migration.dlx", key + ".dead", cancellationToken: Ct);
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>
            {
                ["x-queue-type"] = "quorum",
                ["x-overflow"] = "reject-publish",
                ["x-dead-letter-strategy"] = "at-least-once",
                ["x-dead-letter-exchange"] = "migration.dlx",
                ["x-dead-letter-routing-key"] = key + ".dead",
            }, cancellationToken: Ct);
            await channel.QueueBindAsync(queue, "migration", key, cancellationToken: Ct);
        }

        Assert.True(channel.IsOpen);
    }

    [Fact]
    public async Task A_trigger_publishes_the_bytes_and_properties_of_the_contract()
    {
        var id = await rig.TriggerAsync("/Été");

        var message = await GetAsync(Topology.Commands);
        Assert.Matches(
            $$"""^\{"migrationId":"{{id}}","workplaceFqdn":"alma.example","accountId":"account-1","sourcePath":"/Été","timestamp":\d{10}\}$""",
            Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal("application/json", message.BasicProperties.ContentType);
        Assert.Equal(DeliveryModes.Persistent, message.BasicProperties.DeliveryMode);
        Assert.Equal(id, message.BasicProperties.MessageId);
        Assert.InRange(message.BasicProperties.Timestamp.UnixTime, 1_700_000_000, 4_000_000_000);
        Assert.Equal(["x-delivery-count"], message.BasicProperties.Headers!.Keys);
        Assert.Equal(("migration", "nextcloud.migration.requested"), (message.Exchange, message.RoutingKey));
    }

    [Fact]
    public async Task A_cancel_publishes_its_own_command()
    {
        var id = await rig.TriggerAsync();
        await rig.Orders.CancelAsync(Rig.Instance, id, Ct);

        var message = await GetAsync(Topology.Cancels);
        Assert.Matches(
            $$"""^\{"migrationId":"{{id}}","workplaceFqdn":"alma.example","timestamp":\d{10}\}$""", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal("nextcloud.migration.canceled", message.RoutingKey);
    }

    [Fact]
    public async Task A_command_that_no_queue_takes_is_a_failure()
    {
        var publisher = Publisher(options);

        var refused = await Assert.ThrowsAsync<IOException>(
            () => publisher.PublishAsync("nobody.listens", new("id", Rig.Instance, null, null, 0), Ct));

        Assert.Contains("NO_ROUTE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_broker_a_trigger_answers_503_in_time_and_its_document_is_failed()
    {
        rig.Commands = Publisher(new() { Uri = $"amqp://guest:guest@127.0.0.1:{RabbitMqServer.FreePort()}/" });
        var begun = TimeProvider.System.GetTimestamp();

        var refused = await Assert.ThrowsAsync<FaultException>(() => rig.TriggerAsync());

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(6));
        Assert.Equal((Fault.Unavailable, "migration service is unavailable, please retry later"), (refused.Fault, refused.Message));
        Assert.False(await rig.Migrations.HasActiveAsync(Rig.Instance, TimeProvider.System.GetUtcNow(), Ct));
    }

    [Fact]
    public async Task A_broker_that_never_answers_costs_no_more_than_the_deadline()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        rig.Commands = Publisher(new() { Uri = $"amqp://guest:guest@{silent.LocalEndpoint}/" });
        var begun = TimeProvider.System.GetTimestamp();

        await Assert.ThrowsAsync<FaultException>(() => rig.TriggerAsync());

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task A_message_starts_a_migration_that_waits()
    {
        rig.Remote.File("/a.txt");
        rig.Options.LookForWork = TimeSpan.FromHours(1);
        await rig.StartWorkerAsync();
        await StartConsumerAsync();
        var id = await AddPendingAsync();
        Assert.Equal(MigrationStatus.Pending, (await rig.DocumentAsync(id)).Status);

        await PublishAsync(Topology.Requested, Body(id));

        Assert.Equal("complete", (await rig.FinishAsync(id)).Outcome);
        await EmptyAsync(Topology.Commands);
    }

    [Fact]
    public async Task The_same_message_twice_runs_a_migration_once()
    {
        rig.Remote.File("/a.txt").File("/b.txt");
        await rig.StartWorkerAsync();
        await StartConsumerAsync();
        var id = await rig.TriggerAsync();
        await PublishAsync(Topology.Requested, Body(id));
        await PublishAsync(Topology.Requested, Body(id));

        var document = await rig.FinishAsync(id);
        await PublishAsync(Topology.Requested, Body(id));
        await EmptyAsync(Topology.Commands);

        Assert.Equal(2, document.Progress.FilesImported);
        Assert.Equal(2, rig.Remote.Fetches);
        Assert.Equal(document, (await rig.DocumentAsync(id)) with { Errors = document.Errors, Skipped = document.Skipped, Renamed = document.Renamed });
    }

    [Fact]
    public async Task A_cancel_message_cancels_a_migration_that_runs()
    {
        rig.Remote.File("/a.txt").OnFetch = (_, ct) => Task.Delay(Timeout.Infinite, ct);
        await rig.StartWorkerAsync();
        await StartConsumerAsync();
        var id = await rig.TriggerAsync();
        await rig.UntilAsync(id, document => document.Status == MigrationStatus.Running);

        await PublishAsync(Topology.Canceled, Body(id));

        Assert.Equal(MigrationStatus.Canceled, (await rig.FinishAsync(id)).Status);
    }

    [Fact]
    public async Task What_is_not_json_goes_to_the_dead_letters_and_stays_there()
    {
        await StartConsumerAsync();

        await PublishAsync(Topology.Requested, "not json {");
        var dead = await GetAsync(Topology.DeadCommands);

        Assert.Equal("not json {", Encoding.UTF8.GetString(dead.Body.Span));
        await EmptyAsync(Topology.Commands);
    }

    [Theory]
    [InlineData("""{"migrationId":"5b0e2a7c9d4f4e0f8a61c3d2e7f90b14","workplaceFqdn":"alma.example"}""")]
    [InlineData("""{"workplaceFqdn":"alma.example"}""")]
    [InlineData("""{"migrationId":7,"workplaceFqdn":[]}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task A_message_that_means_nothing_here_is_dropped(string body)
    {
        await StartConsumerAsync();

        await PublishAsync(Topology.Requested, body);
        await PublishAsync(Topology.Canceled, body);

        await EmptyAsync(Topology.Commands);
        await EmptyAsync(Topology.Cancels);
        Assert.Equal(0u, await CountAsync(Topology.DeadCommands));
    }

    [Fact]
    public async Task A_dead_request_fails_the_migration_that_waits_for_it()
    {
        var id = await AddPendingAsync();
        await StartConsumerAsync();

        await PublishAsync(Topology.Requested + ".dead", Body(id), "migration.dlx");

        var document = await rig.FinishAsync(id);
        Assert.Equal(MigrationStatus.Failed, document.Status);
        Assert.Contains("could not be delivered", document.FailureReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_consumer_outlives_a_restart_of_the_broker_and_says_when_it_is_not_ready()
    {
        rig.Remote.File("/a.txt");
        await rig.StartWorkerAsync();
        await StartConsumerAsync();

        await server.KillAsync();
        await UntilHealthAsync(HealthStatus.Unhealthy);
        await server.StartAsync();
        await UntilHealthAsync(HealthStatus.Healthy);

        Assert.Equal("complete", (await rig.FinishAsync(await rig.TriggerAsync())).Outcome);
        await EmptyAsync(Topology.Commands);
    }

    [Fact]
    public void Over_tls_the_name_of_the_certificate_is_checked()
    {
        var factory = new Broker(Options.Create(new QueueOptions { Uri = "amqps://user:pass@broker.example/" })).Factory("test");

        Assert.True(factory.Ssl.Enabled);
        Assert.Equal(("broker.example", System.Net.Security.SslPolicyErrors.None), (factory.Ssl.ServerName, factory.Ssl.AcceptablePolicyErrors));
    }

    private static string Body(string id) => JsonSerializer.Serialize(new { migrationId = id, workplaceFqdn = Rig.Instance, more = true });

    private static CommandPublisher Publisher(QueueOptions options) =>
        new(new Broker(Options.Create(options)), Options.Create(options), TimeProvider.System, new TestLog<CommandPublisher>());

    // As another process would: no worker here is told.
    private async Task<string> AddPendingAsync()
    {
        var orders = new MigrationOrders(
            rig.Migrations, rig.Remote, new LocalCommands(), new Signal(), TimeProvider.System, new TestLog<MigrationOrders>());
        return (await orders.TriggerAsync(Rig.Instance, TriggerOrder.Read("https://nc.alma.example", "alma", "secret", "", ""), Ct)).Id;
    }

    private async Task StartConsumerAsync()
    {
        var handler = new CommandHandler(rig.Migrations, rig.Work, TimeProvider.System, new TestLog<CommandHandler>());
        var dead = new DeadLetters(handler, Options.Create(options), TimeProvider.System);
        var consumer = new CommandConsumer(
            new Broker(Options.Create(options)), handler, dead, health, Options.Create(options), TimeProvider.System, new TestLog<CommandConsumer>());
        consumers.Add(consumer);
        await consumer.StartAsync(Ct);
        await UntilHealthAsync(HealthStatus.Healthy);
    }

    private async Task UntilHealthAsync(HealthStatus status)
    {
        while ((await health.CheckHealthAsync(new(), Ct)).Status != status)
        {
            await Task.Delay(20, Ct);
        }
    }

    private async Task PublishAsync(string key, string body, string exchange = Topology.Exchange)
    {
        await using var connection = await server.ConnectAsync();
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, Ct);
        await channel.BasicPublishAsync(exchange, key, mandatory: true, Encoding.UTF8.GetBytes(body), Ct);
    }

    private async Task<BasicGetResult> GetAsync(string queue)
    {
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        while (true)
        {
            if (await channel.BasicGetAsync(queue, autoAck: true, Ct) is { } message)
            {
                return message;
            }

            await Task.Delay(20, Ct);
        }
    }

    private async Task EmptyAsync(string queue)
    {
        // Ready or not yet acknowledged: both are messages that the queue still has.
        while (await CountAsync(queue) > 0)
        {
            await Task.Delay(20, Ct);
        }
    }

    private async Task<uint> CountAsync(string queue)
    {
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        return await channel.MessageCountAsync(queue, Ct);
    }
}
