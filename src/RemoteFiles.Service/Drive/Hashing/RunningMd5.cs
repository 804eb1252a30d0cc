using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RemoteFiles.Drive.Hashing;

/// <summary>The MD5 of a body that comes block by block, made beside whatever else is done with them.</summary>
internal abstract class RunningMd5 : IDisposable
{
    private readonly Queue<Func<Task>> appended = [];

    /// <summary>For a body among many (<paramref name="isOneOfMany"/>), or for one whose sender waits for it.</summary>
    public static RunningMd5 Begin(bool isOneOfMany) => isOneOfMany && Md5Lanes.IsFast ? new Together() : new Alone();

    /// <summary>For a body whose sum nobody wants: it is empty.</summary>
    public static RunningMd5 OfNothing() => new Nothing();

    /// <summary>The next bytes, which are ours until they are hashed.</summary>
    public void Append(ReadOnlyMemory<byte> block) => appended.Enqueue(Hash(block));

    /// <summary>Ends when of all that was appended only the last so many blocks may still be to do.</summary>
    public async Task HashedAsync(int allBut)
    {
        while (appended.Count > allBut)
        {
            await appended.Dequeue()();
        }
    }

    /// <summary>The sum of all bytes, once they are hashed; the last call.</summary>
    public abstract byte[] Finish();

    public abstract void Dispose();

    /// <summary>Begins with the next block at once or when what this returns is called; that ends when it is hashed.</summary>
    protected abstract Func<Task> Hash(ReadOnlyMemory<byte> block);

    private sealed class Nothing : RunningMd5
    {
        public override byte[] Finish() => [];

        public override void Dispose()
        {
        }

        protected override Func<Task> Hash(ReadOnlyMemory<byte> block) => () => Task.CompletedTask;
    }

    private sealed class Alone : RunningMd5
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        private Task last = Task.CompletedTask;

        public override byte[] Finish() => hash.GetHashAndReset();

        public override void Dispose() => hash.Dispose();

        protected override Func<Task> Hash(ReadOnlyMemory<byte> block)
        {
            var before = last;
            var hashing = Task.Run(
                async () =>
                {
                    await before;
                    hash.AppendData(block.Span);
                },
                CancellationToken.None);
            last = hashing;
            return () => hashing;
        }
    }

    // RFC 1321 sections 3.1 and 3.2: at the end a one bit, zeros, and the number of bits, to a whole block.
    private sealed class Together : RunningMd5
    {
        private readonly uint[] state = Md5Lanes.NewState();
        private ReadOnlyMemory<byte> left;
        private ulong length;

        public override byte[] Finish()
        {
            var zeros = Md5Lanes.BlockSize - 1 - ((left.Length + sizeof(ulong)) % Md5Lanes.BlockSize);
            byte[] end = [.. left.Span, 0x80, .. new byte[zeros], .. new byte[sizeof(ulong)]];
            BinaryPrimitives.WriteUInt64LittleEndian(end.AsSpan(end.Length - sizeof(ulong)), 8 * length);
            Md5Lanes.Append([state], [end], end.Length);

            var sum = new byte[Md5Lanes.WordsOfState * sizeof(uint)];
            for (var word = 0; word < state.Length; word++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(sum.AsSpan(word * sizeof(uint)), state[word]);
            }

            return sum;
        }

        public override void Dispose() => Md5Turns.Shared.End(state);

        protected override Func<Task> Hash(ReadOnlyMemory<byte> block)
        {
            if (!left.IsEmpty)
            {
                throw new InvalidOperationException("only the last block may be less than whole");
            }

            length += (ulong)block.Length;
            var whole = block.Length - (block.Length % Md5Lanes.BlockSize);
            left = block[whole..].ToArray();
            var piece = Md5Turns.Shared.Add(state, block[..whole]);
            return () => Md5Turns.Shared.HashAsync(piece);
        }
    }
}
