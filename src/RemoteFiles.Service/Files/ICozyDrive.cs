namespace RemoteFiles.Files;

/// <summary>The Cozy drive: a tree whose entries are also found by id, and listed in pages. Every entry has its <see cref="Entry.Cozy"/>.</summary>
internal interface ICozyDrive : IFileTree
{
    public const string RootId = "io.cozy.files.root-dir";
    public const string TrashId = "io.cozy.files.trash-dir";

    Task<Entry?> FindAsync(string id, CancellationToken ct);

    /// <summary>Directories first, then files, each by name in byte order; the trash is not among the root's children.</summary>
    /// <param name="folderId">A directory's id.</param>
    /// <param name="from">The first row wanted; null for the start.</param>
    /// <param name="skip">Rows passed over from there.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="ct">Stops the query.</param>
    Task<DrivePage> ListPageAsync(string folderId, PageKey? from, int skip, int limit, CancellationToken ct);

    /// <summary>The folder at this path, made with its parents where missing; Conflict when a file has one of the names.</summary>
    Task<Entry> EnsureFolderAsync(FilePath folder, CancellationToken ct);

    /// <summary>Changes the dates of an entry and nothing else.</summary>
    Task TouchAsync(string id, DateTimeOffset modifiedAt, CancellationToken ct);

    Task<DriveSpace> GetSpaceAsync(CancellationToken ct);
}

/// <summary>One page of children. <paramref name="Total"/> counts all of them; <paramref name="Next"/> is null on the last page.</summary>
internal sealed record DrivePage(IReadOnlyList<Entry> Entries, long Total, PageKey? Next);

/// <summary>Where a page begins.</summary>
internal sealed record PageKey(bool IsFolder, string Name, string Id);

/// <summary>Bytes stored, trash included, and the most that may be; null is no limit.</summary>
internal sealed record DriveSpace(long Used, long? Quota);
