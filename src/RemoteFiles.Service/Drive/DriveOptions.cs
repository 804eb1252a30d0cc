using System.ComponentModel.DataAnnotations;

namespace RemoteFiles.Drive;

internal sealed class DriveOptions
{
    public const int DefaultSmallContent = 16 * 1024;

    /// <summary>Where the contents of files are kept; one file system, which may be large.</summary>
    [Required]
    public string Directory { get; set; } = "";

    /// <summary>Contents of at most so many bytes are kept in the database instead.</summary>
    [Range(0, 1024 * 1024)]
    public int LargestSmallContent { get; set; } = DefaultSmallContent;

    /// <summary>Contents that no file names are removed when untouched for this long: longer than an upload may be silent.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan SweepAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Uploads in pieces are given up when untouched for this long.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan UploadAge { get; set; } = TimeSpan.FromHours(24);

    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromHours(12);
}

/// <summary>The bytes an instance may store; null is no limit.</summary>
internal delegate Task<long?> DriveQuota(string instance, CancellationToken ct);
