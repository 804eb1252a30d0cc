using Microsoft.Extensions.Options;
using Migration.Migrations;
using RabbitMQ.Client;

namespace Migration.Queue;

/// <summary>
/// Publishes commands, each on a connection of its own: they are rare, and no state is left that a broken broker could
/// spoil. Success is the broker's confirmation of a message that reached a queue; anything else throws, in time.
/// </summary>
internal sealed partial class CommandPublisher(Broker broker, IOptions<QueueOptions> options, TimeProvider clock, ILogger<CommandPublisher> log) : ICommands
{
    public Task RequestAsync(TrackedMigration migration, CancellationToken ct) => PublishAsync(
        Topology.Requested,
        new(migration.Id, migration.Instance, migration.Document.AccountId, migration.Document.SourcePath, Now),
        ct);

    public Task CancelAsync(TrackedMigration migration, CancellationToken ct) =>
        PublishAsync(Topology.Canceled, new(migration.Id, migration.Instance, null, null, Now), ct);

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    internal async Task PublishAsync(string key, Command command, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(options.Value.PublishTimeout);
        try
        {
            // The library does not end every wait of its own with the token.
            await SendAsync(key, command, deadline.Token).WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"the broker did not confirm within {options.Value.PublishTimeout.TotalSeconds} s");
        }
    }

    private async Task SendAsync(string key, Command command, CancellationToken ct)
    {
        var connection = await broker.ConnectAsync("migration commands", ct);
        try
        {
            // Confirmations are followed here and not by the library, which would add a header that the contract does not have.
            var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
            var channel = await connection.CreateChannelAsync(confirmed, ct);

            // The first trigger ever must not fail because no worker was ever started.
            await Topology.DeclareAsync(channel, ct);
            var confirmation = ConfirmationOf(channel);
            var properties = new BasicProperties
            {
                ContentType = "application/json",
                DeliveryMode = DeliveryModes.Persistent,
                MessageId = command.MigrationId,
                Timestamp = new(command.Timestamp),
            };
            using var span = MessageTrace.Publish(key);
            MessageTrace.AddTo(properties);
            await channel.BasicPublishAsync(Topology.Exchange, key, mandatory: true, properties, command.Write(), ct);
            await confirmation.WaitAsync(ct);
        }
        finally
        {
            _ = CloseAsync(connection);
        }
    }

    // A message that no queue takes is returned first and then confirmed: the first word counts.
    private static Task ConfirmationOf(IChannel channel)
    {
        var confirmation = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.BasicReturnAsync += (_, e) => Refused($"no queue takes the command: {e.ReplyText}");
        channel.BasicNacksAsync += (_, _) => Refused("the broker refused the command");
        channel.ChannelShutdownAsync += (_, e) => Refused($"the broker closed the channel: {e.ReplyText}");
        channel.BasicAcksAsync += (_, _) =>
        {
            confirmation.TrySetResult();
            return Task.CompletedTask;
        };
        return confirmation.Task;

        Task Refused(string reason)
        {
            confirmation.TrySetException(new IOException(reason));
            return Task.CompletedTask;
        }
    }

    // Nobody waits for it: what it closes is confirmed, or lost, already.
    private async Task CloseAsync(IConnection connection)
    {
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception e)
        {
            NotClosed(e);
        }
    }

    [LoggerMessage(LogLevel.Debug, "A connection to the broker did not close in order", EventName = "queue.not_closed")]
    private partial void NotClosed(Exception e);
}
