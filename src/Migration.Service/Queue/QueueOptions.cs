using System.ComponentModel.DataAnnotations;

namespace Migration.Queue;

/// <summary>Configuration section <c>RabbitMq</c>.</summary>
internal sealed class QueueOptions : IValidatableObject
{
    /// <summary><c>amqp://</c>, or <c>amqps://</c> whose certificate is verified. Empty: no broker, commands stay in this process.</summary>
    public string? Uri { get; set; }

    /// <summary>Of the user that <see cref="Uri"/> names, where it names no password.</summary>
    public string? Password { get; set; }

    /// <summary>For a whole publication, from connecting to the broker's confirmation.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan LongestReconnectDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often dead letters are looked through.</summary>
    public TimeSpan DeadLetterInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Until a command that could not be put on record comes again; longer each time.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A command that so often could not be put on record becomes a dead letter: with these times after a quarter of an hour.</summary>
    public int MostDeliveries { get; set; } = 20;

    public bool IsEnabled => !string.IsNullOrEmpty(Uri);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsEnabled && !(System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"))
        {
            yield return new("Uri must be an amqp:// or amqps:// address", [nameof(Uri)]);
        }

        if (PublishTimeout <= TimeSpan.Zero || LongestReconnectDelay <= TimeSpan.Zero || DeadLetterInterval <= TimeSpan.Zero || RetryDelay <= TimeSpan.Zero)
        {
            yield return new("Times must be positive", [nameof(PublishTimeout)]);
        }
    }
}
