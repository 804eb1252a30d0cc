using System.Security.Cryptography;
using RemoteFiles.Files;

namespace RemoteFiles.Drive;

/// <summary>A content so small that it lies in the database beside its file: one commit stores both, and many files share it.</summary>
internal sealed record SmallContent(StoredBlob Blob, byte[] Bytes)
{
    // Ids of contents in the directory are hexadecimal digits alone.
    private const string Prefix = "row-";

    public static bool Is(string blobId) => blobId.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads a body whose length is known; PreconditionFailed when it has another, or another checksum.</summary>
    public static async Task<SmallContent> ReadAsync(Upload upload, long now, CancellationToken ct)
    {
        var length = (int)upload.Length!.Value;
        var bytes = new byte[length];
        var read = await upload.Body.ReadAtLeastAsync(bytes, length, throwOnEndOfStream: false, ct);
        if (read != length || await upload.Body.ReadAsync(new byte[1], ct) > 0)
        {
            throw DriveFaults.WrongLength();
        }

        var blob = new StoredBlob(Prefix + Node.NewId(now), length, HashMd5(bytes), SHA256.HashData(bytes));
        blob.Check(upload);
        return new(blob, bytes);
    }

    // Not for safety: it is the checksum that clients send and ask for.
    private static byte[] HashMd5(byte[] bytes)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(bytes);
        return md5.GetHashAndReset();
    }
}
