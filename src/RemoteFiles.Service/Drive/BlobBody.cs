using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RemoteFiles.Files;

namespace RemoteFiles.Drive;

/// <summary>Where the blocks of a blob go as they come.</summary>
internal interface IBlobSink
{
    /// <summary>Takes the next block; its memory is used for another when this has ended.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> block, CancellationToken ct);
}

/// <summary>Takes in a body of any length: hashed, counted and handed on a block at a time.</summary>
internal static class BlobBody
{
    private const int BufferSize = 256 * 1024;
    private const int SmallestLarge = 8 * LargeBlocks.Size;

    /// <summary>Whether a body comes in <see cref="LargeBlocks"/>, only the last of them less than full.</summary>
    public static bool IsLargeCopy(Upload upload) => upload is { IsCopy: true, Length: >= SmallestLarge };

    /// <summary>All of it is with the sink when this ends: OutOfSpace past <paramref name="room"/> bytes, PreconditionFailed for a wrong length or checksum.</summary>
    public static async Task<StoredBlob> ReceiveAsync(string id, Upload upload, long? room, IBlobSink sink, CancellationToken ct)
    {
        var isLarge = IsLargeCopy(upload);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sums = new BlockSums();
        var (buffer, spare) = (Rent(isLarge), Rent(isLarge));
        var (size, writing, hashing) = (0L, ValueTask.CompletedTask, Task.CompletedTask);
        try
        {
            while (await upload.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct) is var read and > 0)
            {
                if (size + read > (upload.Length ?? long.MaxValue))
                {
                    throw DriveFaults.WrongLength();
                }

                if (size + read > (room ?? long.MaxValue))
                {
                    throw DriveFaults.OutOfSpace();
                }

                var block = buffer[..read];
                writing = sink.WriteAsync(block, ct);

                // MD5 takes as long as all the rest: it has until this block's buffer is needed again.
                await hashing;
                hashing = Task.Run(() => md5.AppendData(block.Span), CancellationToken.None);
                sha256.AppendData(block.Span);
                sums.Append(block.Span);
                await writing;
                (size, buffer, spare) = (size + read, spare, buffer);
            }
        }
        finally
        {
            await hashing;
            Return(buffer, isLarge);
            Return(spare, isLarge);
        }

        if (size != (upload.Length ?? size))
        {
            throw DriveFaults.WrongLength();
        }

        var blob = new StoredBlob(id, size, md5.GetHashAndReset(), sha256.GetHashAndReset()) { Sums = sums.Finish() };
        blob.Check(upload);
        return blob;
    }

    private static Memory<byte> Rent(bool isLarge) => isLarge ? LargeBlocks.Rent() : ArrayPool<byte>.Shared.Rent(BufferSize).AsMemory(0, BufferSize);

    private static void Return(Memory<byte> block, bool isLarge)
    {
        if (isLarge)
        {
            LargeBlocks.Return(block);
        }
        else if (MemoryMarshal.TryGetArray<byte>(block, out var rented))
        {
            ArrayPool<byte>.Shared.Return(rented.Array!);
        }
    }
}
