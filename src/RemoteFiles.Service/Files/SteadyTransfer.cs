using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>
/// A transfer from a source that others write to. A file is what its listing said, what its answer said, and what is there
/// afterwards: when one differs it is brought once more, and then given up. Nothing of it stays in the drive, but where it has
/// taken the place of an older copy: that is a version of it by then.
/// </summary>
internal static class SteadyTransfer
{
    /// <summary>A smaller one is read in a moment; asking again would double its requests.</summary>
    public const long Smallest = 1024 * 1024;

    /// <exception cref="FaultException">Changing: it did so twice. Else as <see cref="Transfer.CopyAsync"/>.</exception>
    public static async Task<Transferred> CopyAsync(
        IFileTree from, Entry source, ICozyDrive drive, FilePath target, TransferDetails details, CancellationToken ct)
    {
        using var place = await from.BeginTransferAsync(source.Size ?? long.MaxValue, ct);
        var first = await TryAsync(from, source, drive, target, details, ct);
        return first.Done
            ?? (await TryAsync(from, first.Now, drive, target, details, ct)).Done
            ?? throw new FaultException(Fault.Changing, $"{source.Path} changes while it is read");
    }

    // Without a result: it is another version now.
    private static async Task<(Transferred? Done, Entry Now)> TryAsync(
        IFileTree from, Entry source, ICozyDrive drive, FilePath target, TransferDetails details, CancellationToken ct)
    {
        var isNew = await drive.StatAsync(target, ct) is null;
        var done = await Transfer.CopyAsync(from, source, drive, target, IfTaken.Compare, details, ct);
        if (done.Proof != Proof.Length || done.Source.Size < Smallest)
        {
            return (done, source);
        }

        // Gone after the last byte is no change of what was read.
        var now = await from.StatAgainAsync(done.Source, ct);
        if (now is null || (now.ETag, now.Size) == (done.Source.ETag, done.Source.Size))
        {
            return (done, source);
        }

        if (isNew)
        {
            await drive.RemoveAsync(done.Entry.Id, done.Entry.Cozy!.Rev, ct);
        }

        return (null, now with { IsFavorite = source.IsFavorite });
    }
}
