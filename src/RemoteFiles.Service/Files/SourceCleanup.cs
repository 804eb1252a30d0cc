using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>What became of something that a cleanup looked at.</summary>
internal enum CleanupOutcome
{
    Deleted,
    Gone,
    Changed,
    NotOwn,
    NotEmpty,
    NotInDrive,
}

/// <summary>
/// Deletes at its source what was copied to the drive: never anything that is not the very thing that was copied, the user's own,
/// and safe in the drive. Asked anew each time; the trash of the source is left alone.
/// </summary>
internal static class SourceCleanup
{
    /// <param name="source">Where it came from.</param>
    /// <param name="known">The file as it was when it was copied.</param>
    /// <param name="drive">Where it went.</param>
    /// <param name="copyId">The file it is there.</param>
    /// <param name="sha256">What that must hold.</param>
    /// <param name="ct">Stops before the file is deleted, or waiting for the answer.</param>
    public static async Task<CleanupOutcome> DeleteFileAsync(
        IFileTree source, Entry known, ICozyDrive drive, string copyId, ReadOnlyMemory<byte> sha256, CancellationToken ct)
    {
        if (await source.StatAsync(known.Path, ct) is not { } now)
        {
            return CleanupOutcome.Gone;
        }

        return now.IsFolder || (now.Id, now.ETag, now.Size, Seconds(now)) != (known.Id, known.ETag, known.Size, Seconds(known)) ? CleanupOutcome.Changed
            : !now.IsOwn ? CleanupOutcome.NotOwn
            : await drive.FindAsync(copyId, ct) is not { IsFolder: false, Cozy.Trashed: false } copy || !copy.Sha256.Span.SequenceEqual(sha256.Span)
                ? CleanupOutcome.NotInDrive
            : await DeleteAsync(source, now, ct);
    }

    public static async Task<CleanupOutcome> DeleteEmptyFolderAsync(IFileTree source, FilePath folder, string knownId, CancellationToken ct)
    {
        if (folder.IsRoot)
        {
            return CleanupOutcome.NotOwn;
        }

        if (await source.StatAsync(folder, ct) is not { } now)
        {
            return CleanupOutcome.Gone;
        }

        return !now.IsFolder || (knownId.Length > 0 && now.Id != knownId) ? CleanupOutcome.Changed
            : !now.IsOwn ? CleanupOutcome.NotOwn
            : await HasChildAsync(source, folder, ct) ? CleanupOutcome.NotEmpty
            : await DeleteAsync(source, now, ct);
    }

    private static async Task<bool> HasChildAsync(IFileTree source, FilePath folder, CancellationToken ct)
    {
        await using var children = source.ListAsync(folder, ct).GetAsyncEnumerator(ct);
        return await children.MoveNextAsync();
    }

    // Under the ETag that was just looked at: what changes in between stays.
    private static async Task<CleanupOutcome> DeleteAsync(IFileTree source, Entry now, CancellationToken ct)
    {
        try
        {
            await source.DeleteAsync(now.Path, now.ETag, ct);
            return CleanupOutcome.Deleted;
        }
        catch (FaultException e) when (e.Fault is Fault.PreconditionFailed)
        {
            return CleanupOutcome.Changed;
        }
        catch (FaultException e) when (e.Fault is Fault.NotFound)
        {
            return CleanupOutcome.Gone;
        }
        catch (FaultException e) when (e.Fault is Fault.Forbidden)
        {
            return CleanupOutcome.NotOwn;
        }
    }

    private static long? Seconds(Entry entry) => entry.ModifiedAt?.ToUnixTimeSeconds();
}
