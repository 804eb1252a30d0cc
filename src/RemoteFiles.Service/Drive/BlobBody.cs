using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RemoteFiles.Drive.Hashing;
using RemoteFiles.Files;

namespace RemoteFiles.Drive;

/// <summary>Where the blocks of a blob go as they come.</summary>
internal interface IBlobSink
{
    /// <summary>Whether it has to know the MD5 in the end, though nobody else does.</summary>
    bool NeedsMd5 { get; }

    /// <summary>Takes the next block; its memory is used for another when this has ended.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> block, CancellationToken ct);
}

/// <summary>Takes in a body of any length: hashed, counted and handed on a block at a time.</summary>
internal static class BlobBody
{
    private const int BufferSize = 256 * 1024;
    private const int SmallestLarge = 8 * LargeBlocks.Size;

    // While one is read and another written, the others wait for their MD5: of a large copy together with those of other bodies.
    private const int Buffers = 4;
    private const int LargeBuffers = 3;

    /// <summary>Whether a body comes in <see cref="LargeBlocks"/>, only the last of them less than full.</summary>
    public static bool IsLargeCopy(Upload upload) => upload is { IsCopy: true, Length: >= SmallestLarge };

    /// <summary>All of it is with the sink when this ends: OutOfSpace past <paramref name="room"/> bytes, PreconditionFailed for a wrong length or checksum.</summary>
    public static async Task<StoredBlob> ReceiveAsync(string id, Upload upload, long? room, IBlobSink sink, CancellationToken ct)
    {
        var isLarge = IsLargeCopy(upload);
        using var md5 = upload.IsPart && upload.Md5.IsEmpty && !sink.NeedsMd5 ? RunningMd5.OfNothing() : RunningMd5.Begin(isOneOfMany: isLarge);
        using var sha256 = upload.IsPart ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sums = new BlockSums();
        var buffers = new Queue<Memory<byte>>(Enumerable.Range(0, isLarge ? LargeBuffers : Buffers).Select(_ => Rent(isLarge)));
        var size = 0L;
        try
        {
            while (await ReadAsync(buffers.Peek()) is { Length: > 0 } block)
            {
                if (size + block.Length > (upload.Length ?? long.MaxValue))
                {
                    throw DriveFaults.WrongLength();
                }

                if (size + block.Length > (room ?? long.MaxValue))
                {
                    throw DriveFaults.OutOfSpace();
                }

                // MD5 takes as long as all the rest: it has until this block's buffer is needed again.
                var writing = sink.WriteAsync(block, ct);
                md5.Append(block);
                sha256?.AppendData(block.Span);
                sums.Append(block.Span);
                await writing;
                size += block.Length;
                buffers.Enqueue(buffers.Dequeue());
            }
        }
        finally
        {
            await md5.HashedAsync(allBut: 0);
            foreach (var buffer in buffers)
            {
                Return(buffer, isLarge);
            }
        }

        if (size != (upload.Length ?? size))
        {
            throw DriveFaults.WrongLength();
        }

        var blob = new StoredBlob(id, size, md5.Finish(), sha256?.GetHashAndReset() ?? []) { Sums = sums.Finish() };
        blob.Check(upload);
        return blob;

        async Task<ReadOnlyMemory<byte>> ReadAsync(Memory<byte> buffer)
        {
            await md5.HashedAsync(allBut: buffers.Count - 1);
            return buffer[..await upload.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct)];
        }
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
