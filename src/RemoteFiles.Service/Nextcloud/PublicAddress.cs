using System.Net;
using System.Net.Sockets;

namespace RemoteFiles.Nextcloud;

/// <summary>Tells the addresses of the public internet from those that only mean something inside a network: RFC 6890 and its registries.</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] PrivateV4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network, unspecified
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT; holds a cloud's metadata service
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("168.63.129.16/32"), // a cloud's metadata service at a public address
        IPNetwork.Parse("169.254.0.0/16"), // link-local, metadata services
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, broadcast
    ];

    /// <summary>All there is of global unicast; loopback, ULA (fc00::/7), link-local (fe80::/10) and multicast (ff00::/8) lie outside.</summary>
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] PrivateV6 =
    [
        IPNetwork.Parse("2001::/23"), // protocol assignments, Teredo among them
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"), // 6to4 wraps any IPv4 address
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    /// <summary>RFC 6052: the last four bytes are the IPv4 address that is really called.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Where clouds tell a machine its own secrets; of no use to anybody else, and so never called, whatever networks are allowed.</summary>
    private static readonly IPAddress[] Metadata =
    [
        IPAddress.Parse("169.254.169.254"),
        IPAddress.Parse("169.254.170.2"),
        IPAddress.Parse("168.63.129.16"),
        IPAddress.Parse("100.100.100.200"),
        IPAddress.Parse("192.0.0.192"),
        IPAddress.Parse("fd00:ec2::254"),
        IPAddress.Parse("fd20:ce::254"),
    ];

    public static bool IsNoMetadata(IPAddress address) => !Metadata.Contains(InnerOf(address));

    public static bool Is(IPAddress address)
    {
        address = InnerOf(address);

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !PrivateV4.Any(network => network.Contains(address));
        }

        return GlobalV6.Contains(address) && !PrivateV6.Any(network => network.Contains(address));
    }

    // The one that is really called.
    private static IPAddress InnerOf(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : Nat64.Contains(address) ? new IPAddress(address.GetAddressBytes().AsSpan(12))
        : address;
}
