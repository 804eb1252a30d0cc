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

    /// <summary>Hosts with a private authority or a pinned key; everybody else needs a certificate that the system trusts.</summary>
    public IList<HostTrust> Trust { get; } = [];

    /// <summary>The most requests that one server has at once, from all accounts together; it gets fewer when it is slow.</summary>
    [Range(1, 1000)]
    public int MostRequestsPerServer { get; set; } = 16;

    /// <summary>The most entries of one listing; a list without end is no list.</summary>
    [Range(1, int.MaxValue)]
    public int MostEntries { get; set; } = 5_000_000;

    /// <summary>How long a request may wait while its server wants to be left alone; one that would wait longer fails at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00", Longest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan LongestTurn { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a server is left alone that answers 429 and does not say how long; doubled each time.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan FirstRest { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that a server is left alone, whatever it says.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan LongestRest { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Bytes a second to and from all servers together; 0 is no limit. Counts at once when it is changed, as the next one does.</summary>
    [Range(0, long.MaxValue)]
    public long MostBytesPerSecond { get; set; }

    /// <summary>Bytes a second to and from each server; 0 is no limit.</summary>
    [Range(0, long.MaxValue)]
    public long MostBytesPerSecondAndServer { get; set; }

    /// <summary>Tells Nextclouds the trace that a request belongs to: for those that send their traces to the same place.</summary>
    public bool SendsTraceParent { get; set; }

    public string PortsForPeople => AllowedPorts.Length > 0 ? string.Join(", ", AllowedPorts) : "80 and 443";

    public bool Allows(int port) => AllowedPorts.Length > 0 ? AllowedPorts.Contains(port) : AllowPrivateNetworks || port is 80 or 443;
}
