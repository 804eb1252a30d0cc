using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace RemoteFiles.Drive.Hashing;

/// <summary>CRC-32C (RFC 3720 section 12.1) of each block of a content, as its bytes come.</summary>
internal sealed class BlockSums
{
    public const int BlockSize = 128 * 1024;
    private const int QuarterSize = BlockSize / 4;
    private const int SumSize = sizeof(uint);

    // What a quarter of zeros makes of each bit of a sum: a sum is linear (over GF(2)) in what it began with.
    private static readonly uint[] BitsAfterQuarter = [.. Enumerable.Range(0, 32).Select(bit => Continue(1u << bit, new byte[QuarterSize]))];
    private readonly List<byte> sums = [];
    private uint sum = uint.MaxValue;
    private int filled;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (filled == 0 && bytes.Length >= BlockSize)
            {
                Add(OfBlock(bytes[..BlockSize]));
                bytes = bytes[BlockSize..];
            }
            else
            {
                bytes = bytes[AppendToOne(bytes)..];
            }
        }
    }

    public byte[] Finish()
    {
        if (filled > 0)
        {
            End();
        }

        return [.. sums];
    }

    /// <summary>Whether these are as many sums as a content of this length has.</summary>
    public static bool Fit(byte[] sums, long length) => sums.Length == SumSize * ((length + BlockSize - 1) / BlockSize);

    /// <summary>Whether this is the block of that number.</summary>
    public static bool Holds(byte[] sums, long number, ReadOnlySpan<byte> block) =>
        ~(block.Length == BlockSize ? OfBlock(block) : Continue(uint.MaxValue, block)) == BinaryPrimitives.ReadUInt32LittleEndian(sums.AsSpan(checked((int)number * SumSize)));

    private void End()
    {
        Add(sum);
        (sum, filled) = (uint.MaxValue, 0);
    }

    private void Add(uint finished)
    {
        Span<byte> bytes = stackalloc byte[SumSize];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, ~finished);
        sums.AddRange(bytes);
    }

    private int AppendToOne(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(bytes.Length, BlockSize - filled);
        sum = Continue(sum, bytes[..taken]);
        filled += taken;
        if (filled == BlockSize)
        {
            End();
        }

        return taken;
    }

    // Each step of a sum waits for the one before: four quarters side by side take as long as one.
    private static uint OfBlock(ReadOnlySpan<byte> block)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(block[..BlockSize]);
        const int length = QuarterSize / sizeof(ulong);
        var (a, b, c, d) = (uint.MaxValue, 0u, 0u, 0u);
        for (var at = 0; at < length; at++)
        {
            a = Step(a, words[at]);
            b = Step(b, words[length + at]);
            c = Step(c, words[(2 * length) + at]);
            d = Step(d, words[(3 * length) + at]);
        }

        return AfterQuarter(AfterQuarter(AfterQuarter(a) ^ b) ^ c) ^ d;
    }

    private static uint AfterQuarter(uint sum)
    {
        var after = 0u;
        for (; sum != 0; sum &= sum - 1)
        {
            after ^= BitsAfterQuarter[BitOperations.TrailingZeroCount(sum)];
        }

        return after;
    }

    private static uint Continue(uint sum, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            sum = Step(sum, word);
        }

        foreach (var one in bytes[(words.Length * sizeof(ulong))..])
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return sum;
    }

    private static uint Step(uint sum, ulong word) =>
        BitOperations.Crc32C(sum, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
}
