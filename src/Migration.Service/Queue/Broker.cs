using System.Net.Security;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Migration.Queue;

/// <summary>Opens connections to RabbitMQ.</summary>
internal sealed class Broker(IOptions<QueueOptions> options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task<IConnection> ConnectAsync(string purpose, CancellationToken ct) => Factory(purpose).CreateConnectionAsync(ct);

    internal ConnectionFactory Factory(string purpose)
    {
        var uri = new Uri(options.Value.Uri!);
        var factory = new ConnectionFactory
        {
            Uri = uri,
            ClientProvidedName = purpose,

            // Each user of a connection opens a new one when it breaks: that also heals what the library does not, a closed channel.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedConnectionTimeout = Patience,
            HandshakeContinuationTimeout = Patience,
            ContinuationTimeout = Patience,
            RequestedHeartbeat = TimeSpan.FromSeconds(20),
        };
        if (factory.Ssl.Enabled)
        {
            // An amqps:// address alone would accept a certificate of any name.
            factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
            factory.Ssl.ServerName = uri.Host;
        }

        return factory;
    }
}
