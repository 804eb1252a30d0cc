using System.Security.Cryptography;
using Dapper;
using RemoteFiles.Drive.Hashing;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>Contents as they were stored, or an error: bytes that are others than those of their checksums are given to nobody.</summary>
internal sealed partial class BlobReader(Database database, IBlobs blobs, ILogger log)
{
    /// <summary>A blob from an offset on; null when it is not there or has not the length it should.</summary>
    public async ValueTask<Stream?> OpenAsync(string id, long length, long offset, CancellationToken ct) =>
        await OpenAsync(id, length, offset, await database.ReadAsync(db => db.Placed().FindAsync(NodeSql.Sums, row => row.Bytes(0), id), ct), ct);

    /// <summary>The same with its sums at hand; null are those of a content that was stored before there were any.</summary>
    public async ValueTask<Stream?> OpenAsync(string id, long length, long offset, byte[]? sums, CancellationToken ct)
    {
        if (sums is null || length == 0)
        {
            return await blobs.OpenAsync(id, length, offset, ct);
        }

        if (!BlockSums.Fit(sums, length))
        {
            Damaged(id);
            throw DriveFaults.Damaged();
        }

        // At its end there is no block to read.
        if (offset == length)
        {
            return await blobs.OpenAsync(id, length, offset, ct);
        }

        return await blobs.OpenAsync(id, length, CheckedStream.StartOf(offset), ct) is { } bytes ? new CheckedStream(bytes, sums, length, offset, () => Damaged(id)) : null;
    }

    /// <summary>A content that lies in the database; null when it is not there or has not the length it should.</summary>
    public Stream? Open(string id, byte[]? content, long length, byte[]? sha256, long offset)
    {
        if (content?.Length != length)
        {
            return null;
        }

        if (sha256 is not null && !SHA256.HashData(content).AsSpan().SequenceEqual(sha256))
        {
            Damaged(id);
            throw DriveFaults.Damaged();
        }

        return new MemoryStream(content, (int)offset, content.Length - (int)offset, writable: false);
    }

    /// <summary>Counts and tells that a content is not as it was stored.</summary>
    public void Damaged(string blob)
    {
        DriveMetrics.Damaged();
        LogDamaged(blob);
    }

    [LoggerMessage(LogLevel.Error, "The content {Blob} is not as it was stored: bridge verify tells whose it is, bridge repair what helps", EventName = "drive.content-damaged")]
    private partial void LogDamaged(string blob);
}
