namespace RemoteFiles.Files;

/// <summary>An open file. <paramref name="Length"/> is what the body still holds, from the offset asked for; the body fails rather than end short of it.</summary>
internal sealed record Download(Entry Entry, Stream Body, long Length) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Body.DisposeAsync();
}

/// <summary>A file to store.</summary>
internal sealed record Upload
{
    public required Stream Body { get; init; }

    /// <summary>Bytes; null when the sender did not say.</summary>
    public long? Length { get; init; }

    public bool Overwrite { get; init; }

    /// <summary>Brought from elsewhere among others, by a process: nobody is about to read it.</summary>
    public bool IsCopy { get; init; }

    /// <summary>Others come right after it, and its commit may wait a moment for theirs.</summary>
    public bool IsOneOfMany { get; init; }

    /// <summary>Of a file that is hashed once it is whole.</summary>
    public bool IsPart { get; init; }

    /// <summary>Of the Cozy drive alone: when given, the file stored over must be in this revision until the end: else PreconditionFailed.</summary>
    public string? ReplacedRev { get; init; }

    /// <summary>Empty: told from the file's name.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>Null: now.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When not empty, the stored bytes must have this MD5: else PreconditionFailed with parameter Content-MD5.</summary>
    public ReadOnlyMemory<byte> Md5 { get; init; }

    /// <summary>Of the Cozy drive alone: is given the SHA-256 of what came before anybody can see it, and throws to refuse it.</summary>
    public Func<ReadOnlyMemory<byte>, CancellationToken, Task> Confirm { get; init; } = (_, _) => Task.CompletedTask;

    public Origin? Origin { get; init; }

    /// <summary>Slug of the app that writes, for cozyMetadata; empty when none does.</summary>
    public string Creator { get; init; } = "";

    public bool Executable { get; init; }

    public bool Encrypted { get; init; }

    /// <summary>Of the Cozy drive alone; null: those of the file stored over, or none.</summary>
    public Annotations? Annotations { get; init; }

    /// <summary>Of the Cozy drive alone: what must be true, and which locks the caller holds; null demands nothing and shows none.</summary>
    public Terms? Terms { get; init; }

    /// <summary>Of the Cozy drive alone: stored in the same moment, the content's SHA-256 and a space before its value, so that nobody takes it for one of another content.</summary>
    public NodeProperty? OfContent { get; init; }
}
