using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Rpc.Server;

/// <summary>What Kestrel reads from a socket at a time: its own blocks of 4 KiB cost a large body more than its bytes do.</summary>
public static class SocketBlocks
{
    private const int BlockSize = 32 * 1024;
    private const int MostKept = 256;

    public static void AddSocketBlocks(this IServiceCollection services) => services.AddSingleton<IMemoryPoolFactory<byte>, Factory>();

    private sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();
    }

    private sealed class Pool : MemoryPool<byte>
    {
        private readonly ConcurrentQueue<Block> free = new();

        public override int MaxBufferSize => BlockSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
            return free.TryDequeue(out var block) ? block : new Block(this);
        }

        protected override void Dispose(bool disposing) => free.Clear();

        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            // Pinned: it is handed to the kernel again and again.
            public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);

            public void Dispose()
            {
                if (pool.free.Count < MostKept)
                {
                    pool.free.Enqueue(this);
                }
            }
        }
    }
}
