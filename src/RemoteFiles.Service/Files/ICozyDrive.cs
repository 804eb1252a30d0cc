namespace RemoteFiles.Files;

/// <summary>The Cozy drive: a tree whose entries are also found by id, and listed in pages. A change that touches a lock which its caller does not show is Locked. Every entry has its <see cref="Entry.Cozy"/>.</summary>
internal partial interface ICozyDrive : IFileTree
{
    public const string RootId = "io.cozy.files.root-dir";
    public const string TrashId = "io.cozy.files.trash-dir";

    Task<Entry?> FindAsync(string id, CancellationToken ct);

    /// <summary>The ids of a document and of all directories around it; empty when it is not there.</summary>
    Task<IReadOnlyList<string>> AncestorsAsync(string id, CancellationToken ct);

    /// <summary>Every document of the drive, or of one directory, by its id, from after this one on; the root and the trash too.</summary>
    IAsyncEnumerable<Entry> SearchAsync(string? folderId, string afterId, CancellationToken ct);

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

    /// <summary>Changes a document, all at once or not at all, and answers it as it is then.</summary>
    /// <param name="id">A file or directory; the root and the trash are Forbidden.</param>
    /// <param name="change">What is null stays.</param>
    /// <param name="rev">When given, PreconditionFailed unless this is still its revision.</param>
    /// <param name="ct">Stops before the change.</param>
    Task<Entry> ChangeAsync(string id, DriveChange change, string? rev, CancellationToken ct);

    /// <summary>Copies a document, deep, into a folder under the first of these names that is free there; AlreadyExists when none is.</summary>
    Task<Entry> CopyAsync(string id, string folderId, IEnumerable<string> names, CancellationToken ct);

    /// <summary>Into the trash; Malformed when it is there already.</summary>
    Task<Entry> TrashAsync(string id, string? rev, CancellationToken ct);

    /// <summary>Out of the trash, to where it was; under another name when its own is taken.</summary>
    Task<Entry> RestoreAsync(string id, string? rev, CancellationToken ct);

    /// <summary>Removes a document for good, wherever it is, and answers it as it was.</summary>
    Task<Entry> RemoveAsync(string id, string? rev, CancellationToken ct);

    /// <summary>Stores another content in a file, wherever it is by then, and keeps the one before as a version; what <see cref="Upload"/> leaves empty is as for a new file.</summary>
    Task<Entry> OverwriteAsync(string id, Upload upload, CancellationToken ct);

    Task EmptyTrashAsync(CancellationToken ct);

    Task<DriveSpace> GetSpaceAsync(CancellationToken ct);
}

/// <summary>One page of children. <paramref name="Total"/> counts all of them; <paramref name="Next"/> is null on the last page.</summary>
internal sealed record DrivePage(IReadOnlyList<Entry> Entries, long Total, PageKey? Next);

/// <summary>Where a page begins.</summary>
internal sealed record PageKey(bool IsFolder, string Name, string Id);

/// <summary>Bytes stored, trash included, and the most that may be; null is no limit.</summary>
internal sealed record DriveSpace(long Used, long? Quota);

/// <summary>What to change of a document; null stays. A directory is never executable.</summary>
internal sealed record DriveChange(string? Name, string? FolderId, DateTimeOffset? ModifiedAt, bool? Executable)
{
    public bool? Encrypted { get; init; }

    /// <summary>What becomes of what was noted.</summary>
    public Func<Annotations, Annotations> Annotate { get; init; } = known => known;
}
