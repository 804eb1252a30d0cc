using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Operations;
using IPNetwork = System.Net.IPNetwork;

namespace Edge;

/// <summary>
/// Who asks and by which address, where proxies stand in front: believed from those that the operator trusts, dropped from all others.
/// The services behind get it anew, from YARP.
/// </summary>
internal static class Forwarding
{
    public static void AddForwarding(this IServiceCollection services, EdgeOptions options) => services.Configure<ForwardedHeadersOptions>(forwarded =>
    {
        forwarded.ForwardedHeaders = options.TrustedProxies.Count > 0 ? ForwardedHeaders.All : ForwardedHeaders.None;

        // As many hops as are trusted, seen from here.
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in options.TrustedProxies)
        {
            forwarded.KnownIPNetworks.Add(NetworkOf(proxy));
        }
    });

    private static IPNetwork NetworkOf(string proxy) =>
        IPNetwork.TryParse(proxy, out var network) ? network
        : IPAddress.TryParse(proxy, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : throw new StartException($"Edge:TrustedProxies: {proxy} is neither an address nor a network");
}
