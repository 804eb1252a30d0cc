namespace RemoteFiles.Files;

/// <summary>What a caller demands of the drive at the moment of a change: looked at in the transaction that makes it.</summary>
internal sealed record Terms
{
    /// <summary>The locks that the caller holds; any other that a change touches refuses it as Locked (RFC 4918 section 7).</summary>
    public IReadOnlySet<string> Tokens { get; init; } = new HashSet<string>();

    /// <summary>Throws unless the drive is as the caller believes; asked before a body is read, and again when it is stored.</summary>
    public Func<DriveView, Task> CheckAsync { get; init; } = _ => Task.CompletedTask;
}

/// <summary>The drive as it is inside a transaction.</summary>
internal sealed record DriveView(Func<FilePath, Task<Entry?>> StatAsync, Func<FilePath, Task<IReadOnlyList<DriveLock>>> LocksOnAsync);

/// <summary>A write lock (RFC 4918 section 6) on a path, which need not move with what is there. <paramref name="Owner"/> is XML, or empty.</summary>
internal sealed record DriveLock(string Token, FilePath Path, bool IsDeep, bool IsExclusive, string Owner, TimeSpan Timeout, DateTimeOffset ExpiresAt)
{
    public bool Covers(FilePath path) => path == Path || (IsDeep && Path.Contains(path));
}

/// <summary>A property that a client has stored; the drive knows no meaning of it. <paramref name="Value"/> is XML.</summary>
internal sealed record NodeProperty(string Namespace, string Name, string Value);

/// <summary>A content that a file had before: <paramref name="Key"/> names it among the versions of the file.</summary>
internal sealed record FileVersion(string Key, long Size, string ContentType, DateTimeOffset ModifiedAt, string ETag);

/// <summary>A part of an upload in pieces.</summary>
internal sealed record UploadPart(string Name, long Size);

/// <summary>What a command on a name did: the entry there now, and whether the name was new.</summary>
internal sealed record Placed(Entry Entry, bool IsNew);
