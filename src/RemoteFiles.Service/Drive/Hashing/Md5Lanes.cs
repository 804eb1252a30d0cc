using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Word = System.Runtime.Intrinsics.Vector256<uint>;

namespace RemoteFiles.Drive.Hashing;

/// <summary>
/// MD5 (RFC 1321) of up to eight messages at once. Each step of MD5 waits for the one before, so a core that hashes one message
/// is idle most of the time: eight take little longer than one.
/// </summary>
internal static class Md5Lanes
{
    public const int Most = 8;
    public const int BlockSize = 64;
    public const int WordsOfState = 4;
    private const int WordsOfBlock = BlockSize / sizeof(uint);

    // RFC 1321 section 3.4, the table T.
    private static readonly uint[] Sines = [.. Enumerable.Range(1, 4 * WordsOfBlock).Select(i => (uint)(Math.Abs(Math.Sin(i)) * (1L << 32)))];

    /// <summary>False: this processor has no such vectors, and is faster with one message after the other.</summary>
    public static bool IsFast => Avx2.IsSupported;

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
        var m4 = Words(messages, 4);
        var m5 = Words(messages, 5);
        var m6 = Words(messages, 6);
        var m7 = Words(messages, 7);
        var sum = new State(Load(states, 0), Load(states, 1), Load(states, 2), Load(states, 3));
        Span<Word> block = stackalloc Word[WordsOfBlock];
        ReadOnlySpan<uint> sines = Sines;
        for (var at = 0; at < length / Unsafe.SizeOf<Word>(); at += 2)
        {
            Turn(m0[at], m1[at], m2[at], m3[at], m4[at], m5[at], m6[at], m7[at], block);
            Turn(m0[at + 1], m1[at + 1], m2[at + 1], m3[at + 1], m4[at + 1], m5[at + 1], m6[at + 1], m7[at + 1], block[Most..]);
            var state = sum;
            Run<F>(ref state, block, sines);
            Run<G>(ref state, block, sines[WordsOfBlock..]);
            Run<H>(ref state, block, sines[(2 * WordsOfBlock)..]);
            Run<I>(ref state, block, sines[(3 * WordsOfBlock)..]);
            sum = new(sum.A + state.A, sum.B + state.B, sum.C + state.C, sum.D + state.D);
        }

        Store(states, 0, sum.A);
        Store(states, 1, sum.B);
        Store(states, 2, sum.C);
        Store(states, 3, sum.D);
    }

    // A call for each round: with all words of a block in variables at once, there are no registers left to count in.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Run<TRound>(ref State state, ReadOnlySpan<Word> block, ReadOnlySpan<uint> sines)
        where TRound : IRound
    {
        var (a, b, c, d) = state;
        for (var i = 0; i < WordsOfBlock; i += 4)
        {
            a = b + Rotate(TRound.Mix(a + block[TRound.Place(i)] + Vector256.Create(sines[i]), b, c, d), TRound.First);
            d = a + Rotate(TRound.Mix(d + block[TRound.Place(i + 1)] + Vector256.Create(sines[i + 1]), a, b, c), TRound.Second);
            c = d + Rotate(TRound.Mix(c + block[TRound.Place(i + 2)] + Vector256.Create(sines[i + 2]), d, a, b), TRound.Third);
            b = c + Rotate(TRound.Mix(b + block[TRound.Place(i + 3)] + Vector256.Create(sines[i + 3]), c, d, a), TRound.Fourth);
        }

        state = new(a, b, c, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Word Rotate(Word word, int bits) => (word << bits) | (word >>> (32 - bits));

    // Eight words of each of eight messages, turned to the first of all, the second of all, and so on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(Word m0, Word m1, Word m2, Word m3, Word m4, Word m5, Word m6, Word m7, Span<Word> words)
    {
        var (a0, a1, a2, a3) = TurnHalves(m0, m1, m2, m3);
        var (b0, b1, b2, b3) = TurnHalves(m4, m5, m6, m7);
        words[0] = Avx2.Permute2x128(a0, b0, 0x20);
        words[1] = Avx2.Permute2x128(a1, b1, 0x20);
        words[2] = Avx2.Permute2x128(a2, b2, 0x20);
        words[3] = Avx2.Permute2x128(a3, b3, 0x20);
        words[4] = Avx2.Permute2x128(a0, b0, 0x31);
        words[5] = Avx2.Permute2x128(a1, b1, 0x31);
        words[6] = Avx2.Permute2x128(a2, b2, 0x31);
        words[7] = Avx2.Permute2x128(a3, b3, 0x31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Word First, Word Second, Word Third, Word Fourth) TurnHalves(Word m0, Word m1, Word m2, Word m3)
    {
        var (low, high) = (Avx2.UnpackLow(m0, m1).AsUInt64(), Avx2.UnpackHigh(m0, m1).AsUInt64());
        var (nextLow, nextHigh) = (Avx2.UnpackLow(m2, m3).AsUInt64(), Avx2.UnpackHigh(m2, m3).AsUInt64());
        return (
            Avx2.UnpackLow(low, nextLow).AsUInt32(),
            Avx2.UnpackHigh(low, nextLow).AsUInt32(),
            Avx2.UnpackLow(high, nextHigh).AsUInt32(),
            Avx2.UnpackHigh(high, nextHigh).AsUInt32());
    }

    private static ReadOnlySpan<Word> Words(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int lane) =>
        MemoryMarshal.Cast<byte, Word>(messages[lane < messages.Length ? lane : 0].Span);

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

    private readonly record struct State(Word A, Word B, Word C, Word D);

    /// <summary>What differs between the four rounds of RFC 1321 section 3.4: the function, its words, and the bits that each of four steps rotates by.</summary>
    private interface IRound
    {
        static abstract int First { get; }

        static abstract int Second { get; }

        static abstract int Third { get; }

        static abstract int Fourth { get; }

        static abstract int Place(int step);

        /// <summary>Adds the function of three words; <paramref name="b"/> is known last, so as little as can be waits for it.</summary>
        static abstract Word Mix(Word sum, Word b, Word c, Word d);
    }

    private readonly struct F : IRound
    {
        public static int First => 7;

        public static int Second => 12;

        public static int Third => 17;

        public static int Fourth => 22;

        public static int Place(int step) => step;

        public static Word Mix(Word sum, Word b, Word c, Word d) => sum + (((c ^ d) & b) ^ d);
    }

    private readonly struct G : IRound
    {
        public static int First => 5;

        public static int Second => 9;

        public static int Third => 14;

        public static int Fourth => 20;

        public static int Place(int step) => ((5 * step) + 1) % WordsOfBlock;

        // Of no bit both are set: to add them is to join them.
        public static Word Mix(Word sum, Word b, Word c, Word d) => sum + (c & ~d) + (b & d);
    }

    private readonly struct H : IRound
    {
        public static int First => 4;

        public static int Second => 11;

        public static int Third => 16;

        public static int Fourth => 23;

        public static int Place(int step) => ((3 * step) + 5) % WordsOfBlock;

        public static Word Mix(Word sum, Word b, Word c, Word d) => sum + (c ^ d ^ b);
    }

    private readonly struct I : IRound
    {
        public static int First => 6;

        public static int Second => 10;

        public static int Third => 15;

        public static int Fourth => 21;

        public static int Place(int step) => 7 * step % WordsOfBlock;

        public static Word Mix(Word sum, Word b, Word c, Word d) => sum + (c ^ (b | ~d));
    }
}
