namespace RemoteFiles.Files;

// What sync clients need beyond a tree: commands on terms, locks and properties. Paths are taken as they are.
internal partial interface ICozyDrive
{
    ITrash Trash { get; }

    Task<Entry?> FindAsync(long fileId, CancellationToken ct);

    /// <summary>What is at a path, with what is stored of it, all of one moment; null when nothing is there.</summary>
    Task<DriveLook?> LookAsync(FilePath path, CancellationToken ct);

    /// <summary>AlreadyExists when the name is taken.</summary>
    Task<Entry> MakeFolderAsync(FilePath folder, Terms terms, CancellationToken ct);

    /// <summary>Into the trash, or <paramref name="forGood"/>; locks below go with it.</summary>
    Task DeleteAsync(FilePath path, bool forGood, Terms terms, CancellationToken ct);

    /// <summary>Moves or copies as RFC 4918 sections 9.8 and 9.9 have it: what is replaced goes to the trash in the same moment.</summary>
    Task<Placed> PlaceAsync(Placement order, Terms terms, CancellationToken ct);

    /// <summary>Changes properties and dates, all or nothing.</summary>
    Task PatchAsync(FilePath path, PropertyPatch patch, Terms terms, CancellationToken ct);

    /// <summary>The stored properties of entries, by entry id.</summary>
    Task<ILookup<string, NodeProperty>> PropertiesAsync(IReadOnlyCollection<long> fileIds, CancellationToken ct);

    /// <summary>Entries outside the trash that hold a property with this value.</summary>
    Task<IReadOnlyList<Entry>> WithPropertyAsync(NodeProperty property, CancellationToken ct);

    /// <summary>Locks a path, and makes an empty file where nothing is (RFC 4918 section 7.3). Locked: somebody else has it.</summary>
    Task<Placed> LockAsync(DriveLock wanted, Terms terms, CancellationToken ct);

    /// <summary>Null when no lock with this token covers the path.</summary>
    Task<DriveLock?> RefreshLockAsync(FilePath path, string token, TimeSpan timeout, CancellationToken ct);

    /// <summary>False when no lock with this token covers the path.</summary>
    Task<bool> UnlockAsync(FilePath path, string token, CancellationToken ct);

    /// <summary>Those that cover a path, or lie below it.</summary>
    Task<IReadOnlyList<DriveLock>> LocksAroundAsync(FilePath path, CancellationToken ct);
}

/// <summary>An entry and its stored properties. <paramref name="OpenAsync"/> opens a file from an offset on: with this content, unless another has taken its place.</summary>
internal sealed record DriveLook(Entry Entry, IEnumerable<NodeProperty> Properties, Func<long, CancellationToken, Task<Download>> OpenAsync);

/// <summary>An order to move or copy. A copy that is not deep makes the folder alone.</summary>
internal sealed record Placement(FilePath From, FilePath To, bool IsCopy, bool IsDeep, bool Overwrite);

/// <summary>What to change of an entry's properties; of <paramref name="Removed"/> the names alone count.</summary>
internal sealed record PropertyPatch(IReadOnlyList<NodeProperty> Set, IReadOnlyList<NodeProperty> Removed, DateTimeOffset? ModifiedAt);
