using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Migration.Queue;

/// <summary>
/// Looks through the dead letter queues now and then, so that no migration waits for a command that died. What names a
/// migration is settled and goes; what cannot be read stays for an operator.
/// </summary>
internal sealed partial class DeadLetters(CommandHandler handler, IOptions<QueueOptions> options, TimeProvider clock, ILogger<DeadLetters> log)
{
    private const uint MostOfOneLook = 1000;

    /// <summary>Looks at once, and then at every interval until <paramref name="ct"/>.</summary>
    public async Task SweepAsync(IConnection connection, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        using var timer = new PeriodicTimer(options.Value.DeadLetterInterval, clock);
        do
        {
            await SweepAsync(channel, Topology.DeadCommands, handler.DeadRequestAsync, ct);
            await SweepAsync(channel, Topology.DeadCancels, handler.CanceledAsync, ct);
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    private async Task SweepAsync(
        IChannel channel, string queue, Func<ReadOnlyMemory<byte>, CancellationToken, Task<Verdict>> handle, CancellationToken ct)
    {
        var kept = new List<ulong>();
        var left = Math.Min(await channel.MessageCountAsync(queue, ct), MostOfOneLook);
        for (; left > 0 && await channel.BasicGetAsync(queue, autoAck: false, ct) is { } letter; left--)
        {
            if (await SettleAsync(letter, handle, ct))
            {
                await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, ct);
            }
            else
            {
                kept.Add(letter.DeliveryTag);
            }
        }

        QueueMetrics.Dead(queue, kept.Count);
        foreach (var tag in kept)
        {
            await channel.BasicNackAsync(tag, multiple: false, requeue: true, ct);
        }
    }

    // One that cannot be settled now must not keep the commands that live from being heard.
    private async Task<bool> SettleAsync(BasicGetResult letter, Func<ReadOnlyMemory<byte>, CancellationToken, Task<Verdict>> handle, CancellationToken ct)
    {
        try
        {
            return await handle(letter.Body, ct) == Verdict.Done;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            NotSettled(e);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "A dead letter could not be settled, and is looked at again later", EventName = "queue.not_settled")]
    private partial void NotSettled(Exception e);
}
