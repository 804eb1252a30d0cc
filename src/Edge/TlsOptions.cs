using System.ComponentModel.DataAnnotations;

namespace Edge;

/// <summary>Section "Edge:Tls": files in PEM, which may be replaced at any time.</summary>
internal sealed class TlsOptions
{
    /// <summary>The certificate, then those between it and its authority.</summary>
    public string Certificate { get; set; } = "";

    public string Key { get; set; } = "";

    /// <summary>How often it is looked whether they are others.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan Look { get; set; } = TimeSpan.FromSeconds(10);

    public bool IsOn => Certificate.Length > 0;
}
