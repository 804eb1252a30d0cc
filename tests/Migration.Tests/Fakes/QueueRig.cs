using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Migration.Migrations;
using Migration.Queue;
using RabbitMQ.Client;

[assembly: AssemblyFixture(typeof(Migration.Tests.Fakes.RabbitMqServer))]

namespace Migration.Tests.Fakes;

/// <summary>A <see cref="Rig"/> on a real broker, whose queues are empty at first.</summary>
internal sealed class QueueRig(RabbitMqServer server) : IAsyncLifetime
{
    private readonly List<CommandConsumer> consumers = [];
    private readonly QueueHealth health = new();
    private readonly MarkerLog handled = new();

    public Rig Rig { get; } = new();

    public QueueOptions Options { get; } = new()
    {
        LongestReconnectDelay = TimeSpan.FromSeconds(1),
        DeadLetterInterval = TimeSpan.FromMilliseconds(200),
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.StartAsync();
        await Rig.InitializeAsync();
        Options.Uri = server.Uri;
        Rig.Commands = Publisher(Options);
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        await Topology.DeclareAsync(channel, Ct);
        foreach (var queue in new[] { Topology.Commands, Topology.Cancels, Topology.DeadCommands, Topology.DeadCancels })
        {
            await channel.QueuePurgeAsync(queue, Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopConsumersAsync();
        await Rig.DisposeAsync();
    }

    public static string Body(string id) => JsonSerializer.Serialize(new { migrationId = id, workplaceFqdn = Rig.Instance, more = true });

    public static CommandPublisher Publisher(QueueOptions options) =>
        new(new Broker(OptionsOf(options)), OptionsOf(options), TimeProvider.System, new TestLog<CommandPublisher>());

    // As another process would: no worker here is told.
    public async Task<string> AddPendingAsync(string instance = Rig.Instance)
    {
        var orders = new MigrationOrders(
            Rig.Migrations, Rig.Remote, new LocalCommands(), new Signal(), TimeProvider.System, new TestLog<MigrationOrders>());
        return (await orders.TriggerAsync(instance, TriggerOrder.Read("https://nc.alma.example", "alma", "secret", "", ""), Ct)).Id;
    }

    public async Task StartConsumerAsync()
    {
        await BeginConsumerAsync();
        await UntilHealthAsync(HealthStatus.Healthy);
    }

    /// <summary>Starts one that may not find what it needs.</summary>
    public async Task BeginConsumerAsync()
    {
        var handler = new CommandHandler(Rig.Migrations, Rig.Work, TimeProvider.System, handled);
        var options = OptionsOf(Options);
        var dead = new DeadLetters(handler, options, TimeProvider.System, new TestLog<DeadLetters>());
        var consumer = new CommandConsumer(
            new Broker(options), handler, dead, health, options, TimeProvider.System, new TestLog<CommandConsumer>());
        consumers.Add(consumer);
        await consumer.StartAsync(Ct);
    }

    public async Task<string?> ProblemAsync() => (await health.CheckHealthAsync(new(), Ct)).Description;

    public Task UntilHealthAsync(HealthStatus status) =>
        Eventually.AsExpectedAsync(status, async () => (await health.CheckHealthAsync(new(), Ct)).Status);

    public async Task PublishAsync(string key, string body, string exchange = Topology.Exchange)
    {
        await using var connection = await server.ConnectAsync();
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, Ct);
        await channel.BasicPublishAsync(exchange, key, mandatory: true, Encoding.UTF8.GetBytes(body), Ct);
    }

    public async Task<BasicGetResult> GetAsync(string queue)
    {
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        return (await Eventually.GetAsync(() => channel.BasicGetAsync(queue, autoAck: true, Ct), message => message is not null))!;
    }

    /// <summary>Waits until every message of both queues was taken and acknowledged.</summary>
    public async Task AssertEmptiedAsync()
    {
        await Eventually.AsExpectedAsync(0u, CountAsync);

        // A consumer handles one after the other: where these are taken, all before are acknowledged. What is not comes back when its consumer goes.
        var seen = handled.Count;
        await PublishAsync(Topology.Requested, MarkerLog.Marker);
        await PublishAsync(Topology.Canceled, MarkerLog.Marker);
        await Eventually.GetAsync(() => Task.FromResult(handled.Count), count => count >= seen + 2);
        await StopConsumersAsync();
        await AssertOnlyMarkersAsync(Topology.Commands);
        await AssertOnlyMarkersAsync(Topology.Cancels);
        async Task<uint> CountAsync() => await this.CountAsync(Topology.Commands) + await this.CountAsync(Topology.Cancels);
    }

    private async Task AssertOnlyMarkersAsync(string queue)
    {
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        while (await channel.BasicGetAsync(queue, autoAck: true, Ct) is { } left)
        {
            Assert.Equal(MarkerLog.Marker, Encoding.UTF8.GetString(left.Body.Span));
        }
    }

    /// <summary>Messages that wait; those that a consumer has are not among them.</summary>
    public async Task<uint> CountAsync(string queue)
    {
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        return await channel.MessageCountAsync(queue, Ct);
    }

    private static IOptions<QueueOptions> OptionsOf(QueueOptions options) => Microsoft.Extensions.Options.Options.Create(options);

    private async Task StopConsumersAsync()
    {
        foreach (var consumer in consumers)
        {
            await consumer.StopAsync(CancellationToken.None);
        }

        consumers.Clear();
    }

    /// <summary>Counts how often a command was handled that means nothing but that.</summary>
    private sealed class MarkerLog : ILogger<CommandHandler>
    {
        public const string Marker = """{"migrationId":"marker","workplaceFqdn":"nobody.example"}""";
        private readonly TestLog<CommandHandler> log = new();
        private int count;

        public int Count => Volatile.Read(ref count);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            log.Log(logLevel, eventId, state, exception, formatter);
            if (eventId.Name == "queue.unknown" && formatter(state, exception).Contains("nobody.example", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref count);
            }
        }
    }
}
