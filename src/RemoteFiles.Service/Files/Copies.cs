using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>What is left of a copy that was made earlier.</summary>
internal enum CopyState
{
    Missing,
    There,
    Moved,
}

/// <summary>Looks after copies in the drive that were made earlier.</summary>
internal static class Copies
{
    /// <param name="drive">Where it is.</param>
    /// <param name="id">The copy.</param>
    /// <param name="sha256">What it must hold; empty for a directory.</param>
    /// <param name="ct">Stops before anything is changed.</param>
    public static async Task<(CopyState State, Entry? Entry)> CheckAsync(ICozyDrive drive, string id, ReadOnlyMemory<byte> sha256, CancellationToken ct) =>
        await drive.FindAsync(id, ct) is { Cozy.Trashed: false } entry && entry.IsFolder == sha256.IsEmpty && (entry.IsFolder || entry.Sha256.Span.SequenceEqual(sha256.Span))
            ? (CopyState.There, entry)
            : (CopyState.Missing, null);

    /// <summary>Puts a directory into the trash that is empty and where it was left.</summary>
    public static async Task<bool> RemoveIfEmptyAsync(ICozyDrive drive, string id, FilePath left, CancellationToken ct)
    {
        if (await drive.FindAsync(id, ct) is not { IsFolder: true, Cozy.Trashed: false } directory || directory.Path != left || left.IsRoot)
        {
            return false;
        }

        await using var children = drive.ListAsync(left, ct).GetAsyncEnumerator(ct);
        if (await children.MoveNextAsync())
        {
            return false;
        }

        await drive.TrashAsync(id, null, ct);
        return true;
    }

    /// <summary>Moves a copy after its source, unless its owner has moved it meanwhile, or something has the name.</summary>
    public static async Task<CopyState> FollowAsync(ICozyDrive drive, Entry copy, FilePath left, FilePath wanted, CancellationToken ct)
    {
        if (copy.Path != left || await drive.StatAsync(wanted, ct) is not null)
        {
            return CopyState.There;
        }

        try
        {
            await drive.MoveAsync(left, wanted, ct);
            return CopyState.Moved;
        }
        catch (FaultException e) when (e.Fault is Fault.AlreadyExists or Fault.ParentNotFound or Fault.NotFound)
        {
            return CopyState.There;
        }
    }
}
