using System.Net;

namespace Operations;

/// <summary>Where a program listens, as settings say it: <c>address:port</c>.</summary>
public static class ListenAddress
{
    /// <exception cref="StartException">It is none.</exception>
    public static IPEndPoint Of(string setting, string value) =>
        IPEndPoint.TryParse(value, out var address) && (address.Port > 0 || value.EndsWith(":0", StringComparison.Ordinal))
            ? address
            : throw new StartException($"{setting}: \"{value}\" is no address with a port, such as 0.0.0.0:5001");
}
