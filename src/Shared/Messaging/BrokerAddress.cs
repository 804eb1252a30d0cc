using System.Net.Security;
using Operations;
using RabbitMQ.Client;

namespace Shared.Messaging;

/// <summary>How every connection to RabbitMQ is made.</summary>
internal static class BrokerAddress
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="StartException">It is no address of a broker.</exception>
    public static void Check(string address)
    {
        if (!(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"))
        {
            throw new StartException("RabbitMq:Uri must be an amqp:// or amqps:// address");
        }
    }

    /// <param name="address">May hold the password too.</param>
    /// <param name="password">Apart from the address, as from a file; null or empty: that of the address.</param>
    /// <param name="purpose">As the broker shows the connection.</param>
    public static ConnectionFactory Factory(string address, string? password, string purpose)
    {
        var uri = new Uri(address);
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
        if (!string.IsNullOrEmpty(password))
        {
            factory.Password = password;
        }

        if (factory.Ssl.Enabled)
        {
            // An amqps:// address alone would accept a certificate of any name.
            factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
            factory.Ssl.ServerName = uri.Host;
        }

        return factory;
    }
}
