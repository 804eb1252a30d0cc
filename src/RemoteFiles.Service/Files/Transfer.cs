using System.Security.Cryptography;
using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>What to do when the name is taken at the destination.</summary>
internal enum IfTaken
{
    /// <summary>AlreadyExists.</summary>
    Fail,

    /// <summary>Take the next free name, <c>note (2).txt</c>.</summary>
    Rename,

    /// <summary>Nothing to do when the same content is there already; an older copy of this file becomes a version; else another name.</summary>
    Compare,
}

internal enum TransferOutcome
{
    Copied,
    AlreadyThere,
    Renamed,
}

/// <summary>How a copy was compared with its source.</summary>
internal enum Proof
{
    /// <summary>Listing, answer and bytes agree on their number.</summary>
    Length,

    /// <summary>Also the checksum that came with the bytes.</summary>
    Checksum,

    /// <summary>Every byte, in a second reading.</summary>
    Content,

    /// <summary>It was made of this very version before.</summary>
    Version,

    /// <summary>The source read the file again for it, and told the same SHA-256.</summary>
    Hash,
}

/// <summary>What a transfer did: the file it read, the file at the destination, and how these were compared.</summary>
internal sealed record Transferred(TransferOutcome Outcome, Entry Source, Entry Entry, Proof Proof);

/// <summary>Brings one file from a tree into another: downstream and upstream are this with the trees swapped. Bytes are streamed.</summary>
internal static class Transfer
{
    private const int BufferSize = 128 * 1024;

    /// <param name="from">Where the file is.</param>
    /// <param name="source">The file there, as it was listed or asked for; one that has changed since is copied as it is now.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="target">Its path there; the folder around it must exist.</param>
    /// <param name="ifTaken">What to do when something has the target's name.</param>
    /// <param name="details">Given to the destination with the bytes: who writes, and which account the source is.</param>
    /// <param name="ct">Stops the transfer; nothing half done remains.</param>
    public static async Task<Transferred> CopyAsync(
        IFileTree from, Entry source, IFileTree to, FilePath target, IfTaken ifTaken, TransferDetails details, CancellationToken ct)
    {
        if (ifTaken == IfTaken.Fail)
        {
            if (await to.StatAsync(target, ct) is not null)
            {
                throw Taken();
            }

            return await StoreAsync(TransferOutcome.Copied, from, source, to, target, details, null, ct);
        }

        foreach (var name in AutoRename.Candidates(target.Name))
        {
            var candidate = target.Parent.Child(name);
            if (await to.StatAsync(candidate, ct) is not { } taken)
            {
                try
                {
                    var outcome = candidate == target ? TransferOutcome.Copied : TransferOutcome.Renamed;
                    return await StoreAsync(outcome, from, source, to, candidate, details, null, ct);
                }
                catch (FaultException e) when (e.Fault == Fault.AlreadyExists)
                {
                    // Somebody else was faster with this name: look at what they stored, unless it is gone again.
                    taken = await to.StatAsync(candidate, ct);
                    if (taken is null)
                    {
                        throw;
                    }
                }
            }

            if (ifTaken != IfTaken.Compare || taken.IsFolder)
            {
                continue;
            }

            var isOlder = IsOlderCopyOf(taken, source, details);
            if (!isOlder && await SamenessAsync(from, source, taken, details, ct) is { } proof)
            {
                return new(candidate == target ? TransferOutcome.AlreadyThere : TransferOutcome.Renamed, source, taken, proof);
            }

            // Also a copy of this very version that the source has just disowned.
            if (isOlder || IsCopyOf(taken, source, details))
            {
                return await StoreAsync(candidate == target ? TransferOutcome.Copied : TransferOutcome.Renamed, from, source, to, candidate, details, taken, ct);
            }
        }

        throw Taken();
    }

    /// <summary>
    /// Makes a copy a move: the source goes to its trash if it is still what was copied. If it cannot go, the copy does,
    /// and the caller learns why: a move never leaves two files behind without a word.
    /// </summary>
    public static async Task RemoveSourceAsync(IFileTree from, Entry source, IFileTree to, Entry copy, CancellationToken ct)
    {
        try
        {
            await from.DeleteAsync(source.Path, source.ETag, ct);
        }
        catch (FaultException e) when (e.Fault is not (Fault.NotFound or Fault.BadGateway or Fault.Unavailable or Fault.Maintenance))
        {
            // Refused for certain. After a lost answer the source may be gone, and then the copy is all there is.
            await to.DeleteAsync(copy.Path, copy.ETag, ct);
            throw;
        }
    }

    public static Upload UploadOf(Entry source, Stream body, long length, TransferDetails details) => new()
    {
        Body = body,
        Length = length,
        IsCopy = details.Account.Length > 0,
        ContentType = source.ContentType,
        ModifiedAt = source.ModifiedAt,
        Md5 = source.Md5,
        Origin = details.Account.Length == 0 ? null : new(details.Account, source.Id, source.ETag),
        Creator = details.Creator,
        Annotations = source.IsFavorite ? Annotations.None with { Favorite = true } : null,
    };

    /// <summary>Whether this came from the same version of the same source: no byte need move to know.</summary>
    /// <remarks>A Nextcloud may keep a file's ETag over two writes within a second: the date has to agree as well.</remarks>
    public static bool IsCopyOf(Entry taken, Entry source, TransferDetails details) =>
        taken.Origin == new Origin(details.Account, source.Id, source.ETag) && Seconds(taken) == Seconds(source);

    // What is written into a copy in the drive ends its origin: this one is as it was brought.
    private static bool IsOlderCopyOf(Entry taken, Entry source, TransferDetails details) =>
        taken.Origin is { } origin && details.Account.Length > 0 && (origin.Account, origin.Id) == (details.Account, source.Id)
        && (taken.Size != source.Size || !IsCopyOf(taken, source, details));

    private static async Task<Transferred> StoreAsync(
        TransferOutcome outcome, IFileTree from, Entry source, IFileTree to, FilePath target, TransferDetails details, Entry? replaced, CancellationToken ct)
    {
        if (to is ICozyDrive drive && PartedTransfer.IsWorthwhile(source, details))
        {
            return await new PartedTransfer(from, drive, details).CopyAsync(outcome, source, target, replaced, ct);
        }

        await using var download = await from.OpenAsync(source, 0, ct);
        var hash = new SourceHash(from, download.Entry);
        var upload = hash.AddTo(UploadOf(download.Entry, details.Watch(download.Body, 0), download.Length, details), details.WithHash);
        var stored = await to.WriteAsync(
            target, replaced is null ? upload : upload with { Overwrite = true, ReplacedRev = replaced.Cozy?.Rev }, ct);
        return new(outcome, download.Entry, stored, hash.IsEqual ? Proof.Hash : Proof.Length);
    }

    // What is no copy of the same version is the same only with equal bytes.
    private static async Task<Proof?> SamenessAsync(IFileTree from, Entry source, Entry taken, TransferDetails details, CancellationToken ct)
    {
        if (taken.Size != source.Size)
        {
            return null;
        }

        if (details.WithHash && !taken.Sha256.IsEmpty && await from.HashAsync(source, ct) is { } told)
        {
            return told.Span.SequenceEqual(taken.Sha256.Span) ? Proof.Hash : null;
        }

        if (IsCopyOf(taken, source, details))
        {
            return Proof.Version;
        }

        if (taken.Sha256.IsEmpty)
        {
            return null;
        }

        await using var download = await from.OpenAsync(source, 0, ct);
        return (await SHA256.HashDataAsync(new BufferedStream(download.Body, BufferSize), ct)).AsSpan().SequenceEqual(taken.Sha256.Span) ? Proof.Content : null;
    }

    private static long? Seconds(Entry entry) => entry.ModifiedAt?.ToUnixTimeSeconds();

    private static FaultException Taken() => new(Fault.AlreadyExists, "Conflict access to same file or directory");
}

/// <summary>Who transfers. <paramref name="Account"/> is the source's account id and <paramref name="Creator"/> an app's slug; either may be empty.</summary>
internal sealed record TransferDetails(string Account, string Creator)
{
    /// <summary>The source is asked for its own hash of the file, where it offers that.</summary>
    public bool WithHash { get; init; }

    public TransferOptions Parts { get; init; } = new();

    /// <summary>Told how many bytes of the file are here, as they come.</summary>
    public IProgress<long>? Arriving { get; init; }

    /// <summary>The rest of the file, from this byte on.</summary>
    public Stream Watch(Stream body, long offset) => Arriving is null ? body : new WatchedStream(body, offset, Arriving);
}
