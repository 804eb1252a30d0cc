using RemoteFiles.Drive.Hashing;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive;

/// <summary>The contents of files. A blob is stored for good, whole, before its id is told, and never changes.</summary>
internal interface IBlobs
{
    /// <summary>Whether a blob may look as old as the first byte of its upload, which can be hours older than the blob.</summary>
    bool DatedByFirstByte { get; }

    /// <summary>Stores a body under a new id: OutOfSpace past <paramref name="room"/> bytes or on a full disk, PreconditionFailed for a wrong length or checksum.</summary>
    Task<StoredBlob> WriteAsync(Upload upload, long? room, CancellationToken ct);

    /// <summary>Stores a blob of another place under the id that it has there; one that is here already stays.</summary>
    Task ImportAsync(string id, Stream bytes, long length, CancellationToken ct);

    /// <summary>A blob from an offset on; null when it is not there or has not the length it should.</summary>
    ValueTask<Stream?> OpenAsync(string id, long length, long offset, CancellationToken ct);

    /// <summary>Removes blobs; those that cannot be removed now are left to the sweep.</summary>
    Task DeleteAsync(IReadOnlyList<string> ids, CancellationToken ct);

    /// <summary>Removes what uploads that never ended have left.</summary>
    Task<int> DeleteUnfinishedAsync(DateTimeOffset untouchedSince, CancellationToken ct);

    /// <summary>The ids of all blobs that old, some at a time.</summary>
    IAsyncEnumerable<IReadOnlyList<string>> ListAsync(DateTimeOffset untouchedSince, CancellationToken ct);
}

/// <summary>What is known of a blob once it is stored; of one that is a part the SHA-256 is empty, and the MD5 may be.</summary>
internal sealed record StoredBlob(string Id, long Size, byte[] Md5, byte[] Sha256)
{
    /// <summary><see cref="BlockSums"/>; none of what lies in the database, or was joined of several.</summary>
    public byte[] Sums { get; init; } = [];

    /// <exception cref="FaultException">PreconditionFailed: it has not the MD5 that the sender promised.</exception>
    public void Check(Upload upload)
    {
        if (!upload.Md5.IsEmpty && !upload.Md5.Span.SequenceEqual(Md5))
        {
            throw new FaultException(Fault.PreconditionFailed, "Invalid hash") { Parameter = "Content-MD5" };
        }
    }
}
