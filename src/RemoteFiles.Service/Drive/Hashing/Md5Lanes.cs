using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Word = System.Runtime.Intrinsics.Vector128<uint>;

namespace RemoteFiles.Drive.Hashing;

/// <summary>
/// MD5 (RFC 1321) of up to four messages at once. Each step of MD5 waits for the one before, so a core that hashes one message
/// is idle most of the time: four take about as long as one.
/// </summary>
internal static class Md5Lanes
{
    public const int Most = 4;
    public const int BlockSize = 64;
    public const int WordsOfState = 4;
    private const int WordsOfBlock = BlockSize / sizeof(uint);

    /// <summary>False: this processor has no vectors, and is faster with one message after the other.</summary>
    public static bool IsFast => Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian;

    /// <summary>The state before the first block.</summary>
    public static uint[] NewState() => [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    /// <summary>Moves the state of each message on by its next <paramref name="length"/> bytes, which are whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Append(ReadOnlySpan<uint[]> states, ReadOnlySpan<ReadOnlyMemory<byte>> messages, int length)
    {
        // A lane without a message does what the first one does, and nobody looks.
        var m0 = Words(messages, 0);
        var m1 = Words(messages, 1);
        var m2 = Words(messages, 2);
        var m3 = Words(messages, 3);
        var (sumA, sumB, sumC, sumD) = (Load(states, 0), Load(states, 1), Load(states, 2), Load(states, 3));
        for (var at = 0; at < length / sizeof(uint); at += WordsOfBlock)
        {
            var w0 = Vector128.Create(m0[at + 0], m1[at + 0], m2[at + 0], m3[at + 0]);
            var w1 = Vector128.Create(m0[at + 1], m1[at + 1], m2[at + 1], m3[at + 1]);
            var w2 = Vector128.Create(m0[at + 2], m1[at + 2], m2[at + 2], m3[at + 2]);
            var w3 = Vector128.Create(m0[at + 3], m1[at + 3], m2[at + 3], m3[at + 3]);
            var w4 = Vector128.Create(m0[at + 4], m1[at + 4], m2[at + 4], m3[at + 4]);
            var w5 = Vector128.Create(m0[at + 5], m1[at + 5], m2[at + 5], m3[at + 5]);
            var w6 = Vector128.Create(m0[at + 6], m1[at + 6], m2[at + 6], m3[at + 6]);
            var w7 = Vector128.Create(m0[at + 7], m1[at + 7], m2[at + 7], m3[at + 7]);
            var w8 = Vector128.Create(m0[at + 8], m1[at + 8], m2[at + 8], m3[at + 8]);
            var w9 = Vector128.Create(m0[at + 9], m1[at + 9], m2[at + 9], m3[at + 9]);
            var w10 = Vector128.Create(m0[at + 10], m1[at + 10], m2[at + 10], m3[at + 10]);
            var w11 = Vector128.Create(m0[at + 11], m1[at + 11], m2[at + 11], m3[at + 11]);
            var w12 = Vector128.Create(m0[at + 12], m1[at + 12], m2[at + 12], m3[at + 12]);
            var w13 = Vector128.Create(m0[at + 13], m1[at + 13], m2[at + 13], m3[at + 13]);
            var w14 = Vector128.Create(m0[at + 14], m1[at + 14], m2[at + 14], m3[at + 14]);
            var w15 = Vector128.Create(m0[at + 15], m1[at + 15], m2[at + 15], m3[at + 15]);

            // RFC 1321 section 3.4, with (x and y) or (not x and z) as the choice that it is.
            var (a, b, c, d) = (sumA, sumB, sumC, sumD);
            a = Step(a, b, Vector128.ConditionalSelect(b, c, d), w0, 0xd76aa478, 7);
            d = Step(d, a, Vector128.ConditionalSelect(a, b, c), w1, 0xe8c7b756, 12);
            c = Step(c, d, Vector128.ConditionalSelect(d, a, b), w2, 0x242070db, 17);
            b = Step(b, c, Vector128.ConditionalSelect(c, d, a), w3, 0xc1bdceee, 22);
            a = Step(a, b, Vector128.ConditionalSelect(b, c, d), w4, 0xf57c0faf, 7);
            d = Step(d, a, Vector128.ConditionalSelect(a, b, c), w5, 0x4787c62a, 12);
            c = Step(c, d, Vector128.ConditionalSelect(d, a, b), w6, 0xa8304613, 17);
            b = Step(b, c, Vector128.ConditionalSelect(c, d, a), w7, 0xfd469501, 22);
            a = Step(a, b, Vector128.ConditionalSelect(b, c, d), w8, 0x698098d8, 7);
            d = Step(d, a, Vector128.ConditionalSelect(a, b, c), w9, 0x8b44f7af, 12);
            c = Step(c, d, Vector128.ConditionalSelect(d, a, b), w10, 0xffff5bb1, 17);
            b = Step(b, c, Vector128.ConditionalSelect(c, d, a), w11, 0x895cd7be, 22);
            a = Step(a, b, Vector128.ConditionalSelect(b, c, d), w12, 0x6b901122, 7);
            d = Step(d, a, Vector128.ConditionalSelect(a, b, c), w13, 0xfd987193, 12);
            c = Step(c, d, Vector128.ConditionalSelect(d, a, b), w14, 0xa679438e, 17);
            b = Step(b, c, Vector128.ConditionalSelect(c, d, a), w15, 0x49b40821, 22);

            a = Step(a, b, Vector128.ConditionalSelect(d, b, c), w1, 0xf61e2562, 5);
            d = Step(d, a, Vector128.ConditionalSelect(c, a, b), w6, 0xc040b340, 9);
            c = Step(c, d, Vector128.ConditionalSelect(b, d, a), w11, 0x265e5a51, 14);
            b = Step(b, c, Vector128.ConditionalSelect(a, c, d), w0, 0xe9b6c7aa, 20);
            a = Step(a, b, Vector128.ConditionalSelect(d, b, c), w5, 0xd62f105d, 5);
            d = Step(d, a, Vector128.ConditionalSelect(c, a, b), w10, 0x02441453, 9);
            c = Step(c, d, Vector128.ConditionalSelect(b, d, a), w15, 0xd8a1e681, 14);
            b = Step(b, c, Vector128.ConditionalSelect(a, c, d), w4, 0xe7d3fbc8, 20);
            a = Step(a, b, Vector128.ConditionalSelect(d, b, c), w9, 0x21e1cde6, 5);
            d = Step(d, a, Vector128.ConditionalSelect(c, a, b), w14, 0xc33707d6, 9);
            c = Step(c, d, Vector128.ConditionalSelect(b, d, a), w3, 0xf4d50d87, 14);
            b = Step(b, c, Vector128.ConditionalSelect(a, c, d), w8, 0x455a14ed, 20);
            a = Step(a, b, Vector128.ConditionalSelect(d, b, c), w13, 0xa9e3e905, 5);
            d = Step(d, a, Vector128.ConditionalSelect(c, a, b), w2, 0xfcefa3f8, 9);
            c = Step(c, d, Vector128.ConditionalSelect(b, d, a), w7, 0x676f02d9, 14);
            b = Step(b, c, Vector128.ConditionalSelect(a, c, d), w12, 0x8d2a4c8a, 20);

            a = Step(a, b, b ^ c ^ d, w5, 0xfffa3942, 4);
            d = Step(d, a, a ^ b ^ c, w8, 0x8771f681, 11);
            c = Step(c, d, d ^ a ^ b, w11, 0x6d9d6122, 16);
            b = Step(b, c, c ^ d ^ a, w14, 0xfde5380c, 23);
            a = Step(a, b, b ^ c ^ d, w1, 0xa4beea44, 4);
            d = Step(d, a, a ^ b ^ c, w4, 0x4bdecfa9, 11);
            c = Step(c, d, d ^ a ^ b, w7, 0xf6bb4b60, 16);
            b = Step(b, c, c ^ d ^ a, w10, 0xbebfbc70, 23);
            a = Step(a, b, b ^ c ^ d, w13, 0x289b7ec6, 4);
            d = Step(d, a, a ^ b ^ c, w0, 0xeaa127fa, 11);
            c = Step(c, d, d ^ a ^ b, w3, 0xd4ef3085, 16);
            b = Step(b, c, c ^ d ^ a, w6, 0x04881d05, 23);
            a = Step(a, b, b ^ c ^ d, w9, 0xd9d4d039, 4);
            d = Step(d, a, a ^ b ^ c, w12, 0xe6db99e5, 11);
            c = Step(c, d, d ^ a ^ b, w15, 0x1fa27cf8, 16);
            b = Step(b, c, c ^ d ^ a, w2, 0xc4ac5665, 23);

            a = Step(a, b, c ^ (b | ~d), w0, 0xf4292244, 6);
            d = Step(d, a, b ^ (a | ~c), w7, 0x432aff97, 10);
            c = Step(c, d, a ^ (d | ~b), w14, 0xab9423a7, 15);
            b = Step(b, c, d ^ (c | ~a), w5, 0xfc93a039, 21);
            a = Step(a, b, c ^ (b | ~d), w12, 0x655b59c3, 6);
            d = Step(d, a, b ^ (a | ~c), w3, 0x8f0ccc92, 10);
            c = Step(c, d, a ^ (d | ~b), w10, 0xffeff47d, 15);
            b = Step(b, c, d ^ (c | ~a), w1, 0x85845dd1, 21);
            a = Step(a, b, c ^ (b | ~d), w8, 0x6fa87e4f, 6);
            d = Step(d, a, b ^ (a | ~c), w15, 0xfe2ce6e0, 10);
            c = Step(c, d, a ^ (d | ~b), w6, 0xa3014314, 15);
            b = Step(b, c, d ^ (c | ~a), w13, 0x4e0811a1, 21);
            a = Step(a, b, c ^ (b | ~d), w4, 0xf7537e82, 6);
            d = Step(d, a, b ^ (a | ~c), w11, 0xbd3af235, 10);
            c = Step(c, d, a ^ (d | ~b), w2, 0x2ad7d2bb, 15);
            b = Step(b, c, d ^ (c | ~a), w9, 0xeb86d391, 21);

            (sumA, sumB, sumC, sumD) = (sumA + a, sumB + b, sumC + c, sumD + d);
        }

        Store(states, 0, sumA);
        Store(states, 1, sumB);
        Store(states, 2, sumC);
        Store(states, 3, sumD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Word Step(Word a, Word b, Word mixed, Word word, uint sine, [ConstantExpected] int turn)
    {
        var sum = a + (word + Vector128.Create(sine)) + mixed;
        return b + ((sum << turn) | (sum >>> (32 - turn)));
    }

    private static ReadOnlySpan<uint> Words(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int lane) =>
        MemoryMarshal.Cast<byte, uint>(messages[lane < messages.Length ? lane : 0].Span);

    private static Word Load(ReadOnlySpan<uint[]> states, int word)
    {
        var lanes = Word.Zero;
        for (var lane = 0; lane < states.Length; lane++)
        {
            lanes = lanes.WithElement(lane, states[lane][word]);
        }

        return lanes;
    }

    private static void Store(ReadOnlySpan<uint[]> states, int word, Word lanes)
    {
        for (var lane = 0; lane < states.Length; lane++)
        {
            states[lane][word] = lanes.GetElement(lane);
        }
    }
}
