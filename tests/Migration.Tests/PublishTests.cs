using System.Text;
using Migration.Migrations;
using Migration.Queue;
using Migration.Tests.Fakes;
using RabbitMQ.Client;
using Shared.Faults;

namespace Migration.Tests;

/// <summary>The topology, and what is published, against a real broker.</summary>
[Collection(RabbitMqServer.Name)]
public sealed class PublishTests(RabbitMqServer server) : IAsyncLifetime
{
    private readonly QueueRig queue = new(server);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Rig Rig => queue.Rig;

    public ValueTask InitializeAsync() => queue.InitializeAsync();

    public ValueTask DisposeAsync() => queue.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_declares_first_the_other_side_can_declare_again(bool otherSideFirst)
    {
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        if (otherSideFirst)
        {
            foreach (var name in new[] { Topology.Commands, Topology.Cancels, Topology.DeadCommands, Topology.DeadCancels })
            {
                await channel.QueueDeleteAsync(name, ifUnused: false, ifEmpty: false, cancellationToken: Ct);
            }

            await channel.ExchangeDeleteAsync("migration", ifUnused: false, cancellationToken: Ct);
            await channel.ExchangeDeleteAsync("migration.dlx", ifUnused: false, cancellationToken: Ct);
            await DeclareAsOtherSideAsync(channel);
        }

        // Ours: every publication declares, and so does every consumer.
        var id = await Rig.TriggerAsync();
        await Rig.Orders.CancelAsync(Rig.Instance, id, Ct);
        await DeclareAsOtherSideAsync(channel);

        Assert.True(channel.IsOpen);
        Assert.Equal(id, (await queue.GetAsync(Topology.Commands)).BasicProperties.MessageId);
        Assert.Equal(id, (await queue.GetAsync(Topology.Cancels)).BasicProperties.MessageId);
        await queue.StartConsumerAsync();
    }

    [Fact]
    public async Task A_trigger_publishes_the_bytes_and_properties_of_the_contract()
    {
        var id = await Rig.TriggerAsync("/Été");

        var message = await queue.GetAsync(Topology.Commands);
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
        var id = await Rig.TriggerAsync();
        await Rig.Orders.CancelAsync(Rig.Instance, id, Ct);

        var message = await queue.GetAsync(Topology.Cancels);
        Assert.Matches(
            $$"""^\{"migrationId":"{{id}}","workplaceFqdn":"alma.example","timestamp":\d{10}\}$""", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal("nextcloud.migration.canceled", message.RoutingKey);
    }

    [Fact]
    public async Task A_command_that_no_queue_takes_is_a_failure()
    {
        var publisher = QueueRig.Publisher(queue.Options);

        var refused = await Assert.ThrowsAsync<IOException>(
            () => publisher.PublishAsync("nobody.listens", new("id", Rig.Instance, null, null, 0), Ct));

        Assert.Contains("NO_ROUTE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_broker_a_trigger_answers_503_in_time_and_its_document_is_failed()
    {
        Rig.Commands = QueueRig.Publisher(new() { Uri = $"amqp://guest:guest@127.0.0.1:{FreePort.Take()}/" });
        var begun = TimeProvider.System.GetTimestamp();

        var refused = await Assert.ThrowsAsync<FaultException>(() => Rig.TriggerAsync());

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(6));
        Assert.Equal((Fault.Unavailable, "migration service is unavailable, please retry later"), (refused.Fault, refused.Message));
        Assert.Equal(Occupancy.Free, await Rig.Migrations.FindOccupancyAsync(Rig.Instance, TimeProvider.System.GetUtcNow(), Ct));
    }

    [Fact]
    public async Task A_broker_that_never_answers_costs_no_more_than_the_deadline()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        Rig.Commands = QueueRig.Publisher(new() { Uri = $"amqp://guest:guest@{silent.LocalEndpoint}/" });
        var begun = TimeProvider.System.GetTimestamp();

        await Assert.ThrowsAsync<FaultException>(() => Rig.TriggerAsync());

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void Over_tls_the_name_of_the_certificate_is_checked()
    {
        var factory = new Broker(Microsoft.Extensions.Options.Options.Create(new QueueOptions { Uri = "amqps://user:pass@broker.example/" })).Factory("test");

        Assert.True(factory.Ssl.Enabled);
        Assert.Equal(("broker.example", System.Net.Security.SslPolicyErrors.None), (factory.Ssl.ServerName, factory.Ssl.AcceptablePolicyErrors));
    }

    // Word for word as cozy-api 6.1 has it from the broker, and not by our own constants.
    private static async Task DeclareAsOtherSideAsync(IChannel channel)
    {
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
    }
}
