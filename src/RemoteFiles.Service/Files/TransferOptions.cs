using System.ComponentModel.DataAnnotations;

namespace RemoteFiles.Files;

/// <summary>Configuration section <c>Transfers</c>.</summary>
internal sealed class TransferOptions
{
    /// <summary>From so many bytes on a file comes in parts, with which the next process goes on when this one ends.</summary>
    [Range(1, long.MaxValue)]
    public long SmallestInParts { get; set; } = 1024L * 1024 * 1024;

    [Range(64 * 1024, long.MaxValue)]
    public long PartSize { get; set; } = 64 * 1024 * 1024;
}
