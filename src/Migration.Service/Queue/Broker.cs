using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Shared.Messaging;

namespace Migration.Queue;

/// <summary>Opens connections to RabbitMQ.</summary>
internal sealed class Broker(IOptions<QueueOptions> options)
{
    public Task<IConnection> ConnectAsync(string purpose, CancellationToken ct) => Factory(purpose).CreateConnectionAsync(ct);

    internal ConnectionFactory Factory(string purpose) => BrokerAddress.Factory(options.Value.Uri!, options.Value.Password, purpose);
}
