namespace Migration.Migrations;

/// <summary>
/// One line for every file and folder that a migration has seen, and what became of it. It says what is left to do after
/// any stop, and everything that is counted is counted from it.
/// </summary>
internal partial interface ILedger
{
    /// <summary>
    /// Writes all changes or none, in their order; answers by how much they moved the totals. A change that is on record
    /// already moves nothing.
    /// </summary>
    /// <exception cref="LeaseLostException">The lease of the migration is not this owner's: nothing was written.</exception>
    Task<LedgerTotals> WriteAsync(string migration, string owner, IReadOnlyList<LedgerChange> changes, CancellationToken ct);

    Task<LedgerTotals> CountAsync(string migration, CancellationToken ct);

    /// <summary>How many came to which end, and how they were compared.</summary>
    Task<FileCounts> TallyAsync(string migration, CancellationToken ct);

    /// <summary>How much was left out or failed, by the codes of its reasons.</summary>
    Task<IReadOnlyDictionary<string, long>> LeftOutAsync(string migration, CancellationToken ct);

    /// <summary>Folders that were not listed whole yet, in the order they were seen.</summary>
    Task<IReadOnlyList<LedgerLine>> FoldersToWalkAsync(string migration, int limit, CancellationToken ct);

    /// <summary>Files that were not tried yet, in the order they were seen, after the line <paramref name="after"/>.</summary>
    Task<IReadOnlyList<LedgerLine>> FilesToBringAsync(string migration, long after, int limit, CancellationToken ct);

    /// <summary>The oldest errors.</summary>
    Task<IReadOnlyList<FileError>> ErrorsAsync(string migration, int limit, CancellationToken ct);

    Task<IReadOnlyList<RenamedFile>> RenamedAsync(string migration, int limit, CancellationToken ct);
}

/// <summary>A line that asks for work. <paramref name="ParentDirectory"/> is the drive's id of the directory around it; empty for the first folder.</summary>
internal sealed record LedgerLine(long Number, SourceEntry Entry, string ParentDirectory);

/// <summary>Folders count as errors only; their bytes and numbers are those of their files.</summary>
internal sealed record LedgerTotals(long Files, long Bytes, long FilesImported, long BytesImported, long Errors, long Renamed)
{
    public static readonly LedgerTotals None = new(0, 0, 0, 0, 0, 0);

    public static LedgerTotals operator +(LedgerTotals a, LedgerTotals b) => new(
        a.Files + b.Files,
        Totals.Of(a.Bytes, b.Bytes),
        a.FilesImported + b.FilesImported,
        Totals.Of(a.BytesImported, b.BytesImported),
        a.Errors + b.Errors,
        a.Renamed + b.Renamed);
}

/// <summary>One thing that happened, to be put on record.</summary>
internal abstract record LedgerChange
{
    /// <summary>An entry of a folder's listing; <paramref name="Parent"/> is the folder's line, null for the first folder.</summary>
    internal sealed record Seen(long? Parent, SourceEntry Entry) : LedgerChange;

    /// <summary>An entry that is left out; nothing of it is brought or listed.</summary>
    internal sealed record Excluded(long Parent, SourceEntry Entry, Reason Reason) : LedgerChange;

    /// <summary>A file that arrived earlier and is in the drive; <paramref name="IsMoved"/> when it had another path then.</summary>
    internal sealed record Known(long Parent, SourceEntry Entry, EarlierLine Earlier, bool IsMoved) : LedgerChange
    {
        /// <summary>Its name in the drive by now.</summary>
        public required string Name { get; init; }
    }

    /// <summary>A folder in which nothing has changed since: its lines are those of then.</summary>
    internal sealed record Unchanged(SourceEntry Folder, string Earlier) : LedgerChange;

    /// <summary>Everything was seen: what arrived earlier and was not seen now is gone from the source.</summary>
    internal sealed record AllSeen(string Earlier) : LedgerChange;

    /// <summary>The folder has its directory in the drive. Comes before the folder's entries.</summary>
    internal sealed record FolderMade(LedgerLine Folder, string DirectoryId) : LedgerChange;

    /// <summary>All entries of the folder are on record. Comes after them.</summary>
    internal sealed record FolderListed(LedgerLine Folder) : LedgerChange;

    internal sealed record FileBrought(LedgerLine File, FetchedFile Result, int Attempts) : LedgerChange;

    /// <summary>A file or folder that was given up.</summary>
    internal sealed record GivenUp(LedgerLine Line, string Message, int Attempts, DateTimeOffset At) : LedgerChange
    {
        public Reason Reason { get; init; } = Reason.ServerError;
    }

    /// <summary>What was given up is to be tried again: all of it, or what failed for one of these reasons.</summary>
    internal sealed record Retried(IReadOnlyList<Reason>? Only = null) : LedgerChange;
}
