using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace RemoteFiles.Drive;

/// <summary>Memory for bodies that are written directly: large, aligned, and used again.</summary>
internal static class LargeBlocks
{
    public const int Size = 1024 * 1024;
    private const int MostKept = 24;
    private static readonly ConcurrentQueue<Memory<byte>> Kept = [];

    public static Memory<byte> Rent()
    {
        if (Kept.TryDequeue(out var block))
        {
            return block;
        }

        var bytes = GC.AllocateUninitializedArray<byte>(Size + DirectFile.Alignment, pinned: true);
        var beyond = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0) % DirectFile.Alignment);
        return bytes.AsMemory(DirectFile.Alignment - beyond, Size);
    }

    public static void Return(Memory<byte> block)
    {
        if (Kept.Count < MostKept)
        {
            Kept.Enqueue(block);
        }
    }
}
