namespace Migration.Migrations;

// What an earlier migration of the same source into the same target knows.
internal partial interface ILedger
{
    /// <summary>The last one before this that has ended, completed rather than not; null when there is none.</summary>
    Task<EarlierMigration?> FindEarlierAsync(string migration, CancellationToken ct);

    /// <summary>Its lines of these files, of those that have arrived and are verified.</summary>
    Task<IReadOnlyList<EarlierLine>> EarlierAsync(string earlier, IReadOnlyList<string> sourceIds, CancellationToken ct);

    /// <summary>Its line of this folder; null when something below it is missing there, or it was not listed whole.</summary>
    Task<EarlierLine?> WholeFolderAsync(string earlier, CleanPath folder, CancellationToken ct);

    /// <summary>Its folders that have another path in this migration, by their paths backwards, before the path <paramref name="before"/>.</summary>
    Task<IReadOnlyList<EarlierLine>> RenamedFoldersAsync(string migration, string earlier, CleanPath? before, int limit, CancellationToken ct);

    /// <summary>What has arrived below a folder, by path, after the path <paramref name="after"/>.</summary>
    Task<IReadOnlyList<EarlierLine>> EarlierBelowAsync(string earlier, CleanPath folder, CleanPath after, int limit, CancellationToken ct);
}

/// <summary>An earlier migration; with the same scope as this one or not.</summary>
internal sealed record EarlierMigration(string Id, bool HasSameScope);

/// <summary>What is on record of a file or folder that has arrived: as it was, and its copy.</summary>
internal sealed record EarlierLine(long Number, SourceEntry Entry, string FileId, string Name, string Sha256)
{
    public KnownCopy Copy => new(FileId, Sha256, null);

    /// <summary>The same version, wherever it lies now.</summary>
    public bool IsOf(SourceEntry now) =>
        Entry.IsFolder == now.IsFolder && Entry.ETag.Length > 0
        && (Entry.Id, Entry.ETag, Entry.ModifiedAt) == (now.Id, now.ETag, now.ModifiedAt) && (now.IsFolder || Entry.Size == now.Size);
}
