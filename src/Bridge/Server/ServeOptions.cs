using System.Net;

namespace Bridge;

/// <summary>What one machine needs to run the whole bridge.</summary>
/// <param name="Data">Directory of everything that lasts: databases, blobs, keys.</param>
/// <param name="Listen">Address of the public port; loopback unless the operator says otherwise.</param>
/// <param name="Port">Public port; 0 takes a free one.</param>
/// <param name="AdminPort">Operator's port, on loopback only; 0 takes a free one.</param>
/// <param name="RabbitMq">amqp or amqps address; null keeps commands inside this process.</param>
/// <param name="AllowPrivateNetworks">Lets accounts name a Nextcloud on a private address and any port.</param>
/// <param name="TrustedProxies">Addresses or networks of proxies in front, whose X-Forwarded headers are believed.</param>
/// <param name="LogLevel">The least that is written to the terminal.</param>
internal sealed record ServeOptions(string Data, IPAddress Listen, int Port, int AdminPort, string? RabbitMq, bool AllowPrivateNetworks, IReadOnlyList<string> TrustedProxies, LogLevel LogLevel)
{
    /// <summary>False: nothing goes out to a Nextcloud by itself; migrations stay as they are.</summary>
    public bool HasWorker { get; init; } = true;

    private static readonly (string Setting, string Option)[] Names =
        [("Edge:Listen", "--port"), ("Listen:Admin", "--admin-port"), ("RabbitMq:Uri", "--rabbitmq"), ("Edge:TrustedProxies", "--trusted-proxy"), ("Storage:Directory", "--data"), ("Master:KeyFile", "--data")];

    /// <summary>A line about a setting, with the option that it came from.</summary>
    public static string NameIn(string line) => Names.Aggregate(line, (text, name) => text.Replace(name.Setting, name.Option, StringComparison.Ordinal));
}
