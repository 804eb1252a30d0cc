namespace Grpc.Core;

[Flags]
public enum WriteFlags
{
    /// <summary>The message may wait for more to be sent with it.</summary>
    BufferHint = 0x1,

    NoCompress = 0x2,
}

public class WriteOptions(WriteFlags flags = default)
{
    public static readonly WriteOptions Default = new();

    public WriteFlags Flags { get; } = flags;
}

/// <summary>What a caller sets for one call.</summary>
/// <param name="headers">Sent with the call.</param>
/// <param name="deadline">In UTC; the call ends with DEADLINE_EXCEEDED then.</param>
/// <param name="cancellationToken">Ends the call with CANCELLED.</param>
/// <param name="writeOptions">For the messages sent.</param>
/// <param name="credentials">Add to the headers of this call.</param>
[method: System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1068", Justification = "The order of the official API")]
public readonly struct CallOptions(
    Metadata? headers = null,
    DateTime? deadline = null,
    CancellationToken cancellationToken = default,
    WriteOptions? writeOptions = null,
    CallCredentials? credentials = null)
{
    public Metadata? Headers { get; } = headers;

    public DateTime? Deadline { get; } = deadline;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public WriteOptions? WriteOptions { get; } = writeOptions;

    public CallCredentials? Credentials { get; } = credentials;

    public CallOptions WithHeaders(Metadata headers) => new(headers, Deadline, CancellationToken, WriteOptions, Credentials);

    public CallOptions WithDeadline(DateTime deadline) => new(Headers, deadline, CancellationToken, WriteOptions, Credentials);

    public CallOptions WithCancellationToken(CancellationToken cancellationToken) => new(Headers, Deadline, cancellationToken, WriteOptions, Credentials);

    public CallOptions WithWriteOptions(WriteOptions writeOptions) => new(Headers, Deadline, CancellationToken, writeOptions, Credentials);

    public CallOptions WithCredentials(CallCredentials credentials) => new(Headers, Deadline, CancellationToken, WriteOptions, credentials);
}
