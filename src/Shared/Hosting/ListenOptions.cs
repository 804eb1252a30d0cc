using System.ComponentModel.DataAnnotations;

namespace Shared.Hosting;

/// <summary>Where a service listens, as <c>address:port</c>; port 0 takes a free one. Without TLS one port cannot speak both protocols.</summary>
internal sealed class ListenOptions
{
    /// <summary>HTTP/1.1: REST and byte streams, for the edge.</summary>
    [Required]
    public string Http { get; set; } = "127.0.0.1:0";

    /// <summary>HTTP/2 without TLS: gRPC, for the other services.</summary>
    [Required]
    public string Grpc { get; set; } = "127.0.0.1:0";

    /// <summary>HTTP/1.1, for operators only; empty for none.</summary>
    public string Admin { get; set; } = "";
}
