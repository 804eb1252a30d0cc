using System.ComponentModel.DataAnnotations;
using Rpc.Balancing;

namespace Migration.RemoteFiles;

/// <summary>Configuration section <c>RemoteFiles</c>.</summary>
internal sealed class RemoteFilesOptions
{
    /// <summary>gRPC address of RemoteFiles.Service, <c>http://host:port</c> is HTTP/2 without TLS; several with <c>;</c> between.</summary>
    [Required]
    public ServiceAddress? Address { get; set; }
}
