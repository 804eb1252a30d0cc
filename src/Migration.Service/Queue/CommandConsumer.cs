using System.Globalization;
using Microsoft.Extensions.Options;
using Operations;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Migration.Queue;

/// <summary>Takes commands from the broker for as long as the process lives, over as many connections as that needs.</summary>
internal sealed partial class CommandConsumer(
    Broker broker,
    CommandHandler handler,
    DeadLetters deadLetters,
    QueueHealth health,
    IOptions<QueueOptions> options,
    TimeProvider clock,
    ILogger<CommandConsumer> log)
    : BackgroundService
{
    private const int Prefetch = 10;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var delay = FirstDelay;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConsumeAsync(() => delay = FirstDelay, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (health.Down(e.Reason()))
                {
                    Lost(e.Reason());
                }
            }

            await Task.Delay(delay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay + delay < options.Value.LongestReconnectDelay ? delay + delay : options.Value.LongestReconnectDelay;
        }
    }

    /// <summary>Ends with an exception when the connection, the channel or a consumer is gone.</summary>
    private async Task ConsumeAsync(Action connected, CancellationToken ct)
    {
        await using var connection = await broker.ConnectAsync("migration worker", ct);

        // What was taken from a channel that is gone comes again: nobody works on it meanwhile.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, e) => Gone(gone, e.ReplyText);
        await Topology.DeclareAsync(channel, ct);
        await channel.BasicQosAsync(0, Prefetch, global: false, ct);
        await ConsumeAsync(channel, Topology.Commands, handler.RequestedAsync, gone, over.Token);
        await ConsumeAsync(channel, Topology.Cancels, handler.CanceledAsync, gone, over.Token);
        connected();
        if (health.Up())
        {
            Connected();
        }

        var sweeping = deadLetters.SweepAsync(connection, over.Token);
        try
        {
            await await Task.WhenAny(gone.Task, sweeping).WaitAsync(ct);
        }
        finally
        {
            await over.CancelAsync();
            await sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ConsumeAsync(
        IChannel channel, string queue, Func<ReadOnlyMemory<byte>, CancellationToken, Task<Verdict>> handle, TaskCompletionSource gone, CancellationToken ct)
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) => TakeAsync(channel, queue, message, handle, ct);
        consumer.UnregisteredAsync += (_, _) => Gone(gone, $"the broker took the queue {queue} away");
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, ct);
    }

    private async Task TakeAsync(
        IChannel channel, string queue, BasicDeliverEventArgs message, Func<ReadOnlyMemory<byte>, CancellationToken, Task<Verdict>> handle, CancellationToken ct)
    {
        try
        {
            using var span = MessageTrace.Process(queue, message.BasicProperties);
            var verdict = await handle(message.Body, ct);
            QueueMetrics.Taken(verdict);
            if (verdict == Verdict.Dead)
            {
                await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: false, ct);
            }
            else
            {
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, ct);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested && channel.IsOpen)
        {
            // The database did not take it. Others need not wait until it comes again.
            NotTaken(e);
            _ = ReturnAsync(channel, message.DeliveryTag, DeliveriesOf(message), ct);
        }
    }

    // The broker counts; what always fails must not go round for ever.
    private async Task ReturnAsync(IChannel channel, ulong tag, int deliveries, CancellationToken ct)
    {
        try
        {
            if (deliveries >= options.Value.MostDeliveries)
            {
                GaveUp(deliveries);
                QueueMetrics.Taken(Verdict.Dead);
                await channel.BasicNackAsync(tag, multiple: false, requeue: false, ct);
                return;
            }

            var delay = options.Value.RetryDelay * Math.Pow(2, Math.Min(deliveries - 1, 10));
            await Task.Delay(delay < options.Value.LongestRetryDelay ? delay : options.Value.LongestRetryDelay, clock, ct);
            await channel.BasicNackAsync(tag, multiple: false, requeue: true, ct);
        }
        catch (Exception e) when (ct.IsCancellationRequested || e is AlreadyClosedException)
        {
            // The broker has it again already.
        }
    }

    private static int DeliveriesOf(BasicDeliverEventArgs message) =>
        1 + (message.BasicProperties.Headers?.TryGetValue("x-delivery-count", out var count) == true ? Convert.ToInt32(count, CultureInfo.InvariantCulture) : 0);

    private static Task Gone(TaskCompletionSource gone, string reason)
    {
        gone.TrySetException(new IOException(reason));
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "Connected to the broker", EventName = "queue.connected")]
    private partial void Connected();

    [LoggerMessage(LogLevel.Error, "The broker is gone, and tried again until it is back: {Reason}", EventName = "queue.disconnected")]
    private partial void Lost(string reason);

    [LoggerMessage(LogLevel.Error, "A command could not be put on record", EventName = "queue.not_taken")]
    private partial void NotTaken(Exception e);

    [LoggerMessage(LogLevel.Error, "A command that came {Deliveries} times and was never put on record is a dead letter now", EventName = "queue.gave_up")]
    private partial void GaveUp(int deliveries);
}
