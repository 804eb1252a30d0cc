namespace Migration.Migrations;

/// <summary>
/// The service that knows the Nextcloud and the drive, and carries the bytes between them. Every method throws FaultException:
/// Unauthenticated when the Nextcloud refuses the account, OutOfSpace when the drive is full.
/// </summary>
internal interface IRemoteFiles
{
    /// <summary>The user id behind these credentials.</summary>
    Task<string> ProbeAsync(string instance, NextcloudLogin login, CancellationToken ct);

    /// <summary>The id of the account that now holds these credentials.</summary>
    Task<string> SaveAccountAsync(string instance, NextcloudLogin login, string userId, CancellationToken ct);

    /// <summary>Bytes the drive can still take; null when there is no limit.</summary>
    Task<long?> GetFreeSpaceAsync(string instance, CancellationToken ct);

    /// <summary>Bytes of all files below a remote folder, and whose it is.</summary>
    Task<SourceSize> GetSizeAsync(string instance, string accountId, CleanPath folder, CancellationToken ct);

    /// <summary>As <see cref="GetSizeAsync"/>, for somebody who has no account here.</summary>
    Task<SourceSize> GetSizeAsync(string instance, Visitor visitor, CleanPath folder, CancellationToken ct);

    /// <summary>As <see cref="ListAsync"/>, for somebody who has no account here; with what has each name in a directory of the drive.</summary>
    IAsyncEnumerable<(SourceEntry Entry, Taken Taken)> SurveyAsync(
        string instance, Visitor visitor, CleanPath folder, CleanPath target, CancellationToken ct);

    /// <summary>The entries of a remote folder; ends without an exception only when the listing was whole.</summary>
    IAsyncEnumerable<SourceEntry> ListAsync(string instance, string accountId, CleanPath folder, CancellationToken ct);

    /// <summary>Everything below a remote folder, each folder before what is in it; Forbidden where this cannot be asked.</summary>
    IAsyncEnumerable<SourceEntry> ListAllBelowAsync(string instance, string accountId, CleanPath folder, CancellationToken ct);

    /// <summary>The id of the drive's directory at this path, made with its parents where missing, and with the date of the folder it is like.</summary>
    Task<string> MakeDirectoryAsync(string instance, CleanPath directory, SourceEntry like, CancellationToken ct);

    /// <summary>
    /// Brings one file into a directory of the drive; <paramref name="withHash"/>, it asks the source for its own hash of it. Safe to
    /// repeat. <paramref name="arriving"/> is told how many of its bytes are here, now and then.
    /// </summary>
    Task<FetchedFile> FetchAsync(
        string instance, string accountId, SourceEntry file, string directoryId, bool withHash, IProgress<long> arriving, CancellationToken ct);

    /// <summary>Brings small files together, as they arrive, each with its place in the batch; those that do not are to be fetched alone.</summary>
    IAsyncEnumerable<(int Index, FetchedFile Result)> FetchManyAsync(string instance, string accountId, SmallFiles batch, CancellationToken ct);

    /// <summary>Of each of these copies, whether it is still in the drive as it was; one whose source was moved is moved after it. 1000 at most.</summary>
    Task<IReadOnlyList<CopyState>> CheckCopiesAsync(string instance, IReadOnlyList<KnownCopy> copies, CancellationToken ct);

    /// <summary>Puts those of these directories into the trash of the drive that are empty and where they were left; those inside of others come first. 1000 at most.</summary>
    Task RemoveLeftDirectoriesAsync(string instance, IReadOnlyList<LeftDirectory> directories, CancellationToken ct);

    /// <summary>Who the account belongs to now, asked of the Nextcloud itself. NotFound: no such account.</summary>
    Task<SourceOwner> IdentifyAsync(string instance, string accountId, CancellationToken ct);

    /// <summary>Asks, without the account's password, whether its Nextcloud is there. Maintenance: it says so. BadGateway: it is not.</summary>
    Task CheckUpAsync(string instance, string accountId, CancellationToken ct);

    /// <summary>Gives the account a new password, once the Nextcloud has taken it for this user. Conflict: it is somebody else's.</summary>
    Task RenewPasswordAsync(string instance, string accountId, string userId, string password, CancellationToken ct);

    /// <summary>Deletes a file that has arrived, or a folder that is empty, if it is still the one that was seen. Safe to repeat.</summary>
    Task<SourceFate> DeleteSourceAsync(string instance, string accountId, ArrivedEntry arrived, CancellationToken ct);
}

/// <summary>Address and credentials of a user's Nextcloud; the password leaves this process only towards <see cref="IRemoteFiles"/>.</summary>
internal sealed record NextcloudLogin(string Url, string Login, string Password)
{
    public override string ToString() => $"{Login} at {Url}";
}

/// <summary>Somebody whose credentials were accepted, and are kept nowhere; or, without any, whoever an account is.</summary>
internal sealed record Visitor(NextcloudLogin? Login, string UserId)
{
    public string AccountId { get; init; } = "";
}

/// <summary>What has a name in the drive: nothing, a file of that size or a folder as well, or something else.</summary>
internal enum Taken
{
    Free,
    Same,
    Other,
}

/// <summary>A file or folder of the Nextcloud as its folder's listing shows it. <paramref name="ModifiedAt"/> is in Unix seconds.</summary>
internal sealed record SourceEntry(string Id, CleanPath Path, bool IsFolder, long Size, string ETag, long? ModifiedAt)
{
    public SourceKind Kind { get; init; }

    public bool IsFavorite { get; init; }
}

internal sealed record SourceSize(long Bytes, SourceKind Kind);

/// <summary>Whose something is, and whether it can be read at all.</summary>
internal enum SourceKind
{
    Own,
    Shared,
    Group,
    External,
    Encrypted,
}

/// <summary>Files to bring together. <paramref name="WholeFolders"/> are folders of the source that hold nothing else.</summary>
internal sealed record SmallFiles(IReadOnlyList<LedgerLine> Files, IReadOnlyList<CleanPath> WholeFolders)
{
    /// <summary>Whose hash is asked of the source.</summary>
    public Verification Verification { get; init; }
}

/// <summary>What became of a file, and its name, bytes and hash in the drive.</summary>
internal sealed record FetchedFile(FileOutcome Outcome, string FileId, string Name, long Size, string Sha256)
{
    public string Md5 { get; init; } = "";

    /// <summary>Of the version that was stored; empty when it is not told.</summary>
    public string ETag { get; init; } = "";

    public Proof Proof { get; init; }
}

/// <summary>How a copy was compared with its source.</summary>
internal enum Proof
{
    None,

    /// <summary>Listing, answer and bytes agree on their number.</summary>
    Length,

    /// <summary>Also the checksum that came with the bytes.</summary>
    Checksum,

    /// <summary>Every byte, in a second reading.</summary>
    Content,

    /// <summary>The copy was made of this very version before.</summary>
    Version,

    /// <summary>The source read the file again for it, and told the same SHA-256.</summary>
    Hash,
}

/// <summary>A copy of an earlier migration; without SHA-256 it is a directory. <paramref name="Moved"/> says from where it is to go to where.</summary>
internal sealed record KnownCopy(string FileId, string Sha256, (CleanPath From, CleanPath To)? Moved);

/// <summary>A directory of the drive that an earlier migration made for a folder which has another path by now.</summary>
internal sealed record LeftDirectory(string Id, CleanPath Path);

internal enum CopyState
{
    Missing,
    There,
    Moved,
}

/// <summary>Something of the source, and its copy in the drive; a folder has none.</summary>
internal sealed record ArrivedEntry(long Number, SourceEntry Entry, string FileId, string Sha256);

/// <summary>What a cleanup did with something of the source.</summary>
internal enum SourceFate
{
    Deleted,

    /// <summary>It was not there, maybe since an earlier attempt.</summary>
    Gone,
    Changed,
    NotOwn,
    NotEmpty,
    NotInDrive,
}

internal enum FileOutcome
{
    Imported,

    /// <summary>The same file was there, from an earlier attempt or with the same content.</summary>
    AlreadyThere,

    /// <summary>Another file had its name; this one is beside it.</summary>
    Renamed,
}
