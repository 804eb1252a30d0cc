using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Migration.Queue;

/// <summary>
/// The exchange and the queues that both sides of the contract declare (cozy-api 6.1). Whoever comes first makes them; a
/// declaration that differs in one argument is refused with 406, so these never change.
/// </summary>
internal static class Topology
{
    public const string Exchange = "migration";
    public const string Requested = "nextcloud.migration.requested";
    public const string Canceled = "nextcloud.migration.canceled";
    public const string Commands = "migration.nextcloud.commands";
    public const string Cancels = "migration.nextcloud.cancels";
    public const string DeadCommands = Commands + ".dlq";
    public const string DeadCancels = Cancels + ".dlq";

    private const string DeadExchange = "migration.dlx";

    /// <exception cref="IOException">One of them is there with other arguments.</exception>
    public static async Task DeclareAsync(IChannel channel, CancellationToken ct)
    {
        try
        {
            await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true, cancellationToken: ct);
            await channel.ExchangeDeclareAsync(DeadExchange, ExchangeType.Topic, durable: true, cancellationToken: ct);
            await DeclareAsync(channel, Commands, DeadCommands, Requested, ct);
            await DeclareAsync(channel, Cancels, DeadCancels, Canceled, ct);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new IOException($"it has a queue or exchange of ours with other arguments, which must be deleted there once it is empty: {e.ShutdownReason.ReplyText}", e);
        }
    }

    private static async Task DeclareAsync(IChannel channel, string queue, string deadQueue, string key, CancellationToken ct)
    {
        var deadKey = key + ".dead";
        await channel.QueueDeclareAsync(deadQueue, durable: true, exclusive: false, autoDelete: false, cancellationToken: ct);
        await channel.QueueBindAsync(deadQueue, DeadExchange, deadKey, cancellationToken: ct);

        // Never cut short: a quorum queue that is left while it is being made may stay without a leader, and then answers nobody.
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Arguments(deadKey), cancellationToken: CancellationToken.None);
        await channel.QueueBindAsync(queue, Exchange, key, cancellationToken: ct);
    }

    private static Dictionary<string, object?> Arguments(string deadKey) => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-overflow"] = "reject-publish",
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-dead-letter-exchange"] = DeadExchange,
        ["x-dead-letter-routing-key"] = deadKey,
    };
}
