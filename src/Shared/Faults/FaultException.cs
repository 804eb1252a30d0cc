namespace Shared.Faults;

/// <summary>The one exception that callers are told about; its message is written for them and holds no secret.</summary>
internal class FaultException(Fault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public Fault Fault { get; } = fault;

    /// <summary>The query parameter or header at fault: JSON:API <c>source.parameter</c>.</summary>
    public string? Parameter { get; init; }

    /// <summary>The member of the body, or the query parameter that stands for it, at fault: JSON:API <c>source.pointer</c>.</summary>
    public string? Pointer { get; init; }

    /// <summary>When to ask again: the Retry-After of 429 and 503.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
