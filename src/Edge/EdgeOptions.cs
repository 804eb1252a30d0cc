using System.ComponentModel.DataAnnotations;
using Rpc.Balancing;

namespace Edge;

/// <summary>Section "Edge": where this process listens and what is behind it.</summary>
internal sealed class EdgeOptions
{
    /// <summary><c>address:port</c>; port 0 takes a free one.</summary>
    [Required]
    public string Listen { get; set; } = "127.0.0.1:8080";

    /// <summary>
    /// Addresses or networks (10.0.0.0/8) of the proxies in front. They alone are believed what they say of the client, in
    /// X-Forwarded-For, -Proto, -Host and -Prefix (the path that they have taken away).
    /// </summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>The certificate to listen with; without one it listens without TLS, behind a proxy that has it.</summary>
    public TlsOptions Tls { get; } = new();

    /// <summary>How many days browsers ask this server over TLS alone, once they have (Strict-Transport-Security); 0 tells them nothing.</summary>
    [Range(0, 3650)]
    public int StrictTransportDays { get; set; } = 365;

    /// <summary>HTTP/1.1 address of RemoteFiles.Service, <c>http://host:port</c>; several with <c>;</c> between, and so below.</summary>
    [Required]
    public ServiceAddress? RemoteFiles { get; set; }

    /// <summary>HTTP/1.1 address of Migration.Service.</summary>
    [Required]
    public ServiceAddress? Migration { get; set; }

    /// <summary>HTTP/2 address of RemoteFiles.Service: it tells of changes to files and documents.</summary>
    [Required]
    public ServiceAddress? RemoteFilesGrpc { get; set; }

    /// <summary>HTTP/2 address of Migration.Service: it tells of changes to migrations.</summary>
    [Required]
    public ServiceAddress? MigrationGrpc { get; set; }
}
