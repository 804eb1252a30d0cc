using System.ComponentModel.DataAnnotations;

namespace Migration.RemoteFiles;

/// <summary>Configuration section <c>RemoteFiles</c>.</summary>
internal sealed class RemoteFilesOptions
{
    /// <summary>gRPC address of RemoteFiles.Service: http://host:port is HTTP/2 without TLS.</summary>
    [Required]
    public Uri? Address { get; set; }
}
