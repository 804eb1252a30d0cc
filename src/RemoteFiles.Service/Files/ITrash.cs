namespace RemoteFiles.Files;

/// <summary>What was deleted from a tree and can come back. Paths are those of the trash itself: <c>/name.d1770000000</c>.</summary>
internal interface ITrash
{
    IAsyncEnumerable<TrashedEntry> ListAsync(FilePath folder, CancellationToken ct);

    /// <summary>AlreadyExists when something stands where the item came from.</summary>
    Task RestoreAsync(FilePath item, CancellationToken ct);

    /// <summary>For good.</summary>
    Task DeleteAsync(FilePath item, CancellationToken ct);

    Task EmptyAsync(CancellationToken ct);
}

/// <summary>An item of the trash: <paramref name="Name"/> and <paramref name="From"/> as they were before it was deleted.</summary>
internal sealed record TrashedEntry(Entry Entry, string Name, FilePath From);
