namespace RemoteFiles.Files;

/// <summary>
/// A tree of files: a remote Nextcloud or the Cozy drive. A question about something missing answers null; a command about
/// it throws NotFound (ParentNotFound when it is the folder around it). Not being able to know is Unavailable or BadGateway,
/// never "not there". Nothing is half done: a command that throws changed nothing that a reader can see.
/// </summary>
internal interface IFileTree
{
    Task<Entry?> StatAsync(FilePath path, CancellationToken ct);

    /// <summary>The same, of a file that the caller has from this tree; many that are asked about at the same time may share a question.</summary>
    Task<Entry?> StatAgainAsync(Entry known, CancellationToken ct) => StatAsync(known.Path, ct);

    /// <summary>
    /// The children of a folder, without the folder itself; a file or a missing path is NotFound, thrown before the first entry.
    /// Ends without an exception only when the listing was whole.
    /// </summary>
    IAsyncEnumerable<Entry> ListAsync(FilePath folder, CancellationToken ct);

    /// <summary>Everything below a folder, each folder before what is in it; else as <see cref="ListAsync"/>.</summary>
    /// <exception cref="Shared.Faults.FaultException">Also Forbidden: this can only be listed folder by folder.</exception>
    IAsyncEnumerable<Entry> ListAllBelowAsync(FilePath folder, CancellationToken ct) =>
        throw new Shared.Faults.FaultException(Shared.Faults.Fault.Forbidden, "this can only be listed folder by folder");

    /// <summary>The bytes of a file from <paramref name="offset"/> on, streamed; a folder is NotFound.</summary>
    /// <exception cref="Shared.Faults.FaultException">Also BadGateway, from the stream, when the body ends short of its length.</exception>
    Task<Download> OpenAsync(FilePath file, long offset, CancellationToken ct);

    /// <summary>The same for an entry that the caller has from this tree, which need not be asked for again; what has changed since is opened as it is now.</summary>
    Task<Download> OpenAsync(Entry known, long offset, CancellationToken ct) => OpenAsync(known.Path, offset, ct);

    /// <summary>
    /// Small files together, as they come and in any order, each whole and checked; those that do not come are to be opened alone.
    /// </summary>
    IAsyncEnumerable<WholeFile> ReadManyAsync(FileBatch batch, CancellationToken ct) => AsyncEnumerable.Empty<WholeFile>();

    /// <summary>
    /// Waits until this tree bears one more transfer of so many bytes; the caller disposes of what it gets when that is over. To open a
    /// file needs none: it is for who brings all there is.
    /// </summary>
    Task<IDisposable?> BeginTransferAsync(long bytes, CancellationToken ct) => Task.FromResult<IDisposable?>(null);

    /// <summary>The SHA-256 of a file as the tree itself reads it now; null where it does not offer that, or not of this file.</summary>
    Task<ReadOnlyMemory<byte>?> HashAsync(Entry known, CancellationToken ct) => Task.FromResult<ReadOnlyMemory<byte>?>(null);

    /// <summary>
    /// Stores a file whole or not at all: bytes short of <see cref="Upload.Length"/> or with another checksum leave what was there.
    /// AlreadyExists when the name is taken and <see cref="Upload.Overwrite"/> is false, or a folder has it.
    /// </summary>
    Task<Entry> WriteAsync(FilePath file, Upload upload, CancellationToken ct);

    /// <summary>AlreadyExists when the name is taken.</summary>
    Task<Entry> MakeFolderAsync(FilePath folder, CancellationToken ct);

    /// <summary>Into the trash where the tree has one. The root is Forbidden.</summary>
    /// <param name="path">What goes.</param>
    /// <param name="etag">When given, the delete happens only if the ETag is still this one: else PreconditionFailed.</param>
    /// <param name="ct">Stops waiting for the answer.</param>
    Task DeleteAsync(FilePath path, string? etag, CancellationToken ct);

    /// <summary>AlreadyExists when the destination is taken; Malformed when it lies inside the source.</summary>
    Task MoveAsync(FilePath from, FilePath to, CancellationToken ct);

    /// <summary>Deep, under the same rules as a move.</summary>
    Task CopyAsync(FilePath from, FilePath to, CancellationToken ct);
}
