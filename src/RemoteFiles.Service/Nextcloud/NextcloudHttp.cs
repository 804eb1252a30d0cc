using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// The one way out to remote Nextclouds, shared by all accounts: it follows nothing, keeps no cookies, and asks at connect
/// time whether the address may be called. What was checked is what is connected to, so a name cannot change in between.
/// </summary>
internal sealed class NextcloudHttp(IOptions<NextcloudOptions> options, RemoteServers servers) : HttpMessageInvoker(Handler(options.Value))
{
    /// <summary>A refusal before the body comes at once from a server that reads the header; others cost this long.</summary>
    private static readonly TimeSpan ContinueTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Connections end, so that a changed DNS answer is noticed.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    public RemoteServers Servers => servers;

    private static SocketsHttpHandler Handler(NextcloudOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.ConnectTimeout,
        Expect100ContinueTimeout = ContinueTimeout,
        PooledConnectionLifetime = ConnectionLifetime,

        // Trace ids are ours; a user's Nextcloud is a stranger.
        ActivityHeadersPropagator = options.SendsTraceParent ? DistributedContextPropagator.Current : DistributedContextPropagator.CreateNoOutputPropagator(),
        ConnectCallback = (context, ct) => ConnectAsync(options, context.DnsEndPoint, ct),
    };

    private static async ValueTask<Stream> ConnectAsync(NextcloudOptions options, DnsEndPoint target, CancellationToken ct)
    {
        if (!options.Allows(target.Port))
        {
            throw new FaultException(
                Fault.BadGateway,
                $"{target.Host} is to be called at port {target.Port}, and this server calls only its allowed ports; "
                + "its operator can change that with Nextcloud:AllowedPorts");
        }

        var addresses = await ResolveAsync(target.Host, ct);
        var allowed = options.AllowPrivateNetworks ? addresses : Array.FindAll(addresses, PublicAddress.Is);
        if (allowed.Length == 0)
        {
            throw new FaultException(
                Fault.BadGateway,
                $"{target.Host} has a private address, and this server calls only public ones; "
                + "its operator can change that with Nextcloud:AllowPrivateNetworks");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // RFC 6761 section 6.3: names below localhost are this machine; not every resolver knows.
    private static Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct) =>
        host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            ? Task.FromResult<IPAddress[]>([IPAddress.Loopback])
            : Dns.GetHostAddressesAsync(host, ct);
}
