using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// The one way out to remote Nextclouds, shared by all accounts: it follows nothing, keeps no cookies, and asks at connect
/// time whether the address may be called. What was checked is what is connected to, so a name cannot change in between.
/// </summary>
internal sealed class NextcloudHttp(IOptions<NextcloudOptions> options, RemoteServers servers, Network network)
    : HttpMessageInvoker(Handler(options.Value, network))
{
    /// <summary>A refusal before the body comes at once from a server that reads the header; others cost this long.</summary>
    private static readonly TimeSpan ContinueTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Connections end, so that a changed DNS answer is noticed.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    public RemoteServers Servers => servers;

    private static SocketsHttpHandler Handler(NextcloudOptions options, Network network) => new()
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
        ConnectCallback = (context, ct) => ConnectAsync(options, network, context.DnsEndPoint, ct),
        SslOptions = new()
        {
            RemoteCertificateValidationCallback = new HostCertificates(options.Trust).Accept,

            // A certificate names addresses of its issuers, and whoever made it would choose what is called here.
            CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
        },
    };

    private static async ValueTask<Stream> ConnectAsync(NextcloudOptions options, Network network, DnsEndPoint target, CancellationToken ct)
    {
        if (!options.Allows(target.Port))
        {
            throw new FaultException(
                Fault.BadGateway,
                $"port {target.Port} of {target.Host} is refused: this server calls only {options.PortsForPeople}; "
                + "its operator can allow it with Nextcloud:AllowedPorts");
        }

        var addresses = await network.ResolveAsync(target.Host, ct);
        var allowed = Array.FindAll(addresses, options.AllowPrivateNetworks ? PublicAddress.IsNoMetadata : PublicAddress.Is);
        return allowed.Length > 0
            ? await network.ConnectAsync(allowed, target.Port, ct)
            : throw new FaultException(
                Fault.BadGateway,
                options.AllowPrivateNetworks
                    ? $"{target.Host} has an address that is never called: clouds tell machines their secrets there"
                    : $"{target.Host} has a private address, and this server calls only public ones; "
                        + "its operator can allow it with Nextcloud:AllowPrivateNetworks");
    }
}
