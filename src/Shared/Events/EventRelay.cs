using Google.Protobuf;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Operations;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shared.Messaging;
using Watching;

namespace Shared.Events;

/// <summary>The broker, and the service whose replicas hear each other.</summary>
internal sealed record RelayAddress(string Uri, string Service, string? Password = null);

/// <summary>
/// Carries announcements between the replicas of a service, through a fanout exchange to a queue of each. No writer waits for
/// the broker. What is lost while it is away is made good: every watch ends, and whoever watches again reads the state anew.
/// </summary>
internal sealed partial class EventRelay : BackgroundService
{
    private const long MostBytes = 32 << 20;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(5);

    private readonly string replica = Guid.NewGuid().ToString("N");
    private readonly Mailbox<Announcement> outgoing = new(MostBytes);
    private readonly RelayAddress address;
    private readonly EventHub hub;
    private readonly TimeProvider clock;
    private readonly ILogger<EventRelay> log;
    private readonly OtherReplicas others;
    private volatile bool lost;
    private volatile bool isSaying;

    public EventRelay(RelayAddress address, EventHub hub, TimeProvider clock, ILogger<EventRelay> log)
    {
        (this.address, this.hub, this.clock, this.log) = (address, hub, clock, log);
        others = new(AliveEvery * 3, clock);
        hub.Relay = Send;
    }

    private string Exchange => $"bridge.events.{address.Service}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var delay = FirstDelay;
        var down = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RelayAsync(Connected, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (!down)
                {
                    down = true;
                    Lost(e.Reason());
                }
            }

            // From here on others miss what is announced here.
            lost = true;
            await Task.Delay(delay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay + delay < LongestDelay ? delay + delay : LongestDelay;
        }

        void Connected()
        {
            if (down)
            {
                Back();
            }

            (down, delay) = (false, FirstDelay);
        }
    }

    private void Send(Announcement announcement)
    {
        if (!outgoing.TryPost(announcement))
        {
            lost = true;
        }
    }

    /// <summary>Ends with an exception when the connection or the channel is gone.</summary>
    private async Task RelayAsync(Action connected, CancellationToken ct)
    {
        await using var connection = await BrokerAddress.Factory(address.Uri, address.Password, $"events of {address.Service}").CreateConnectionAsync(ct);
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, ct);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, e) => Gone(gone, e.ReplyText);
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Fanout, durable: false, autoDelete: false, cancellationToken: ct);
        var queue = (await channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, cancellationToken: ct)).QueueName;
        await channel.QueueBindAsync(queue, Exchange, "", cancellationToken: ct);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) => Take(message);
        consumer.UnregisteredAsync += (_, _) => Gone(gone, "the broker took the queue away");
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, ct);
        connected();

        // Whoever has watched until now may have missed what others announced.
        hub.EndAll();

        using var over = new CancellationTokenSource();
        var publishing = PublishAllAsync(channel, over.Token);
        var listening = ListenAsync(over.Token);
        try
        {
            await await Task.WhenAny(gone.Task, publishing, listening).WaitAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // What is still here goes out, and then a word that it was all.
            Send(new() { Leaving = true });
            await publishing.WaitAsync(Patience, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            await over.CancelAsync();
            others.Forget();

            // The library does not end every wait of its own with the token.
            await Task.WhenAll(publishing, listening).WaitAsync(Patience, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Says that this replica is there, and looks who no longer is: one that was killed may have changed what it did not announce.</summary>
    private async Task ListenAsync(CancellationToken ct)
    {
        isSaying = false;
        using var timer = new PeriodicTimer(AliveEvery, clock);
        do
        {
            if (isSaying)
            {
                // The broker takes nothing now, from the others neither.
                others.Excuse();
                continue;
            }

            if (others.TakeSilent())
            {
                Silent();
                hub.EndAll();
            }

            isSaying = true;
            Send(new() { Alive = true });
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    private async Task PublishAllAsync(IChannel channel, CancellationToken ct)
    {
        for (var isLeaving = false; !isLeaving;)
        {
            if (lost)
            {
                lost = false;
                outgoing.Clear();
                isSaying = false;
                await PublishAsync(channel, new() { Gap = true }, ct);
            }

            var next = await outgoing.ReadAsync(ct);
            await PublishAsync(channel, next, ct);
            isLeaving = next.Leaving;
            isSaying &= !next.Alive;
        }
    }

    private async Task PublishAsync(IChannel channel, Announcement announcement, CancellationToken ct) => await channel.BasicPublishAsync(
        Exchange, "", mandatory: false, new BasicProperties { AppId = replica, DeliveryMode = DeliveryModes.Transient }, announcement.ToByteArray(), ct);

    private Task Take(BasicDeliverEventArgs message)
    {
        // What this replica has announced, it has told already.
        if (message.BasicProperties.AppId != replica)
        {
            var announcement = Announcement.Parser.ParseFrom(message.Body.Span);
            others.Heard(message.BasicProperties.AppId ?? "", announcement);
            if (announcement.Gap)
            {
                hub.EndAll();
            }
            else if (announcement.Happening is not null)
            {
                hub.Tell(announcement.Instance, announcement.Happening);
            }
        }

        return Task.CompletedTask;
    }

    private static Task Gone(TaskCompletionSource gone, string reason)
    {
        gone.TrySetException(new IOException(reason));
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Error, "The broker is gone; events of other replicas are missed until it is back: {Reason}", EventName = "events.disconnected")]
    private partial void Lost(string reason);

    [LoggerMessage(LogLevel.Warning, "A replica ended without a word: it may have changed what it did not announce, so every watch began anew", EventName = "events.replica_gone")]
    private partial void Silent();

    [LoggerMessage(LogLevel.Information, "The broker is back; every watch began anew", EventName = "events.connected")]
    private partial void Back();
}
