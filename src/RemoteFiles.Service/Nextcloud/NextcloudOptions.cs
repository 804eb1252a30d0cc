using System.ComponentModel.DataAnnotations;

namespace RemoteFiles.Nextcloud;

/// <summary>How remote Nextclouds are called: the configuration section "Nextcloud".</summary>
internal sealed class NextcloudOptions
{
    private const string Shortest = "00:00:00.001";
    private const string Longest = "1.00:00:00";

    /// <summary>The longest silence inside a body, either way. It starts again at every block: a long transfer is not a slow one.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    [Range(typeof(TimeSpan), Shortest, Longest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>From the end of the request, its body included, to the headers of the answer.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Lets users name servers inside this network: loopback, private and link-local addresses, and any port.</summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>Empty: 80 and 443, or every port where private networks are allowed.</summary>
    public int[] AllowedPorts { get; set; } = [];

    public bool Allows(int port) => AllowedPorts.Length > 0 ? AllowedPorts.Contains(port) : AllowPrivateNetworks || port is 80 or 443;
}
