namespace RemoteFiles.Files;

/// <summary>What a tree knows of one file or folder at one moment.</summary>
internal sealed record Entry
{
    /// <summary>Stays the same over renames and overwrites: oc:fileid, or the id of an io.cozy.files document.</summary>
    public required string Id { get; init; }

    public required FilePath Path { get; init; }

    public required bool IsFolder { get; init; }

    /// <summary>Bytes of a file; of a folder all below it, or null when the tree does not know.</summary>
    public long? Size { get; init; }

    /// <summary>Changes with the content. As the server writes it, quotes included.</summary>
    public string ETag { get; init; } = "";

    /// <summary>Null when the server gave none, or one that cannot be.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>As the tree stored it, parameters included; empty when unknown.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>MD5 of the content where the tree keeps it.</summary>
    public ReadOnlyMemory<byte> Md5 { get; init; }

    /// <summary>SHA-256 of the content where the tree keeps it.</summary>
    public ReadOnlyMemory<byte> Sha256 { get; init; }

    /// <summary>Known to be the user's own and deletable: not shared by somebody else, not mounted from another storage.</summary>
    public bool IsOwn { get; init; }

    public EntryKind Kind { get; init; }

    /// <summary>Marked as a favourite in a remote tree; the drive keeps it in its <see cref="Annotations"/>.</summary>
    public bool IsFavorite { get; init; }

    /// <summary>Where this content was copied from, if it was.</summary>
    public Origin? Origin { get; init; }

    /// <summary>What only the Cozy drive has; null in every other tree.</summary>
    public CozyFacts? Cozy { get; init; }
}

/// <summary>The file of another tree that a file was copied from: an account's id, the file's id there and its ETag then.</summary>
internal sealed record Origin(string Account, string Id, string ETag);

/// <summary>What an io.cozy.files document says beyond a plain entry. <paramref name="Creator"/> is an app's slug, or empty.</summary>
internal sealed record CozyFacts(
    string ParentId, string Rev, DateTimeOffset CreatedAt, DateTimeOffset StoredAt, bool Trashed, bool Executable, bool Encrypted, string Creator)
{
    /// <summary>The oc:fileid: a number unique over all users, the same for life.</summary>
    public long FileId { get; init; }

    public DateTimeOffset? TrashedAt { get; init; }

    /// <summary>The folder that something in the trash came from; empty elsewhere, and below the top of what was deleted.</summary>
    public string RestorePath { get; init; } = "";

    public Annotations Annotations { get; init; } = Annotations.None;
}
