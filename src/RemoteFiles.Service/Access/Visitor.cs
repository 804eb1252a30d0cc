using System.Net;
using System.Net.Sockets;

namespace RemoteFiles.Access;

/// <summary>Where a request comes from and how this server was addressed, as the edge says it: nobody but the edge reaches this port.</summary>
internal static class Visitor
{
    // RFC 6177: a household has up to a /56; it is one neighbour.
    private const int NetworkBytes = 7;

    /// <summary>The address that apps know this server by: scheme, host, and the path it is mounted at, without a slash at its end.</summary>
    public static string ServerOf(HttpContext context) => $"{SchemeOf(context)}://{context.Request.Host.Value}{PrefixOf(context)}";

    /// <summary>The path that a proxy in front has taken away; empty for none.</summary>
    public static string PrefixOf(HttpContext context)
    {
        var prefix = context.Request.Headers["X-Forwarded-Prefix"].ToString().TrimEnd('/');
        return prefix.StartsWith('/') && prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or '~') ? prefix : "";
    }

    public static bool IsSecure(HttpContext context) => SchemeOf(context) == Uri.UriSchemeHttps;

    /// <summary>The address of the caller, or for IPv6 its network.</summary>
    public static string NetworkOf(HttpContext context)
    {
        var forwarded = context.Request.Headers["X-Forwarded-For"].ToString().Split(',')[^1].Trim();
        var address = IPAddress.TryParse(forwarded, out var given) ? given : context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes(), 0, NetworkBytes) : address.ToString();
    }

    private static string SchemeOf(HttpContext context) =>
        context.Request.Headers["X-Forwarded-Proto"].ToString() is (("http" or "https") and var scheme) ? scheme : context.Request.Scheme;
}
