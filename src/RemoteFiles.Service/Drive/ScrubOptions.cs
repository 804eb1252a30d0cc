using System.ComponentModel.DataAnnotations;

namespace RemoteFiles.Drive;

/// <summary>How stored contents are read again by the service itself.</summary>
internal sealed class ScrubOptions : IValidatableObject
{
    private const int LeastBytesPerSecond = 64 * 1024;

    /// <summary>How fast; 0 is never.</summary>
    public long BytesPerSecond { get; set; } = 1024 * 1024;

    /// <summary>From the beginning of a round to that of the next; one that takes longer is followed at once.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromDays(7);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BytesPerSecond is not (0 or >= LeastBytesPerSecond))
        {
            yield return new($"BytesPerSecond is 0, or {LeastBytesPerSecond} at least", [nameof(BytesPerSecond)]);
        }
    }
}
