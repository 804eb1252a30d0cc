namespace RemoteFiles.Files;

// What the drive keeps beside its tree: former contents, and uploads in pieces.
internal partial interface ICozyDrive
{
    /// <summary>The newest first; null when there is no such file.</summary>
    Task<IReadOnlyList<FileVersion>?> VersionsAsync(long fileId, CancellationToken ct);

    Task<Download> OpenVersionAsync(long fileId, string key, long offset, CancellationToken ct);

    /// <summary>Makes a former content the current one; that becomes a version.</summary>
    Task<Entry> RestoreVersionAsync(long fileId, string key, CancellationToken ct);

    Task RemoveVersionAsync(long fileId, string key, CancellationToken ct);

    /// <summary>AlreadyExists when it runs. OutOfSpace when <paramref name="total"/> bytes would not fit.</summary>
    Task BeginUploadAsync(string transfer, long? total, CancellationToken ct);

    /// <summary>The parts that are here, in the order of their names; null when there is no such upload.</summary>
    Task<IReadOnlyList<UploadPart>?> PartsAsync(string transfer, CancellationToken ct);

    /// <summary>Stores a part whole or not at all; true when there was none of this name.</summary>
    Task<bool> WritePartAsync(string transfer, string name, Upload part, CancellationToken ct);

    /// <summary>Ends an upload; false when there is none.</summary>
    Task<bool> AbortUploadAsync(string transfer, CancellationToken ct);

    /// <summary>
    /// Publishes the parts as one file, without copying them, and ends the upload. Asked again after that for the same file, it
    /// answers the same again: the first answer may have been lost.
    /// </summary>
    Task<Placed> JoinAsync(string transfer, FilePath file, JoinOrder order, CancellationToken ct);
}

/// <summary>How to publish an upload; all of it together must have the checksum, if there is one.</summary>
internal sealed record JoinOrder(long? Total, bool Overwrite, DateTimeOffset? ModifiedAt, Checksum? Checksum, NodeProperty? OfContent, Terms Terms);
