using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Shared.Access;

/// <summary>Where a request comes from, as the edge says it: nobody but the edge reaches this port.</summary>
internal static class CallerNetwork
{
    // RFC 6177: a household has up to a /56; it is one neighbour.
    private const int NetworkBytes = 7;

    /// <summary>The address of the caller, or for IPv6 its network.</summary>
    public static string Of(HttpContext context)
    {
        var forwarded = context.Request.Headers["X-Forwarded-For"].ToString().Split(',')[^1].Trim();
        var address = IPAddress.TryParse(forwarded, out var given) ? given : context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes(), 0, NetworkBytes) : address.ToString();
    }
}
