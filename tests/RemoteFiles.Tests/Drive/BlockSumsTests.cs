using RemoteFiles.Drive.Hashing;

namespace RemoteFiles.Tests.Drive;

public sealed class BlockSumsTests
{
    // RFC 3720 section B.4: 32 bytes of zeros.
    [Fact]
    public void The_sum_is_the_one_of_rfc_3720()
    {
        var sums = new BlockSums();
        sums.Append(new byte[32]);

        Assert.Equal([0xaa, 0x36, 0x91, 0x8a], sums.Finish());
    }

    [Fact]
    public void However_the_bytes_come_each_block_has_its_own_sum()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var turn = 0; turn < 30; turn++)
        {
            var content = new byte[random.Next(12 * BlockSums.BlockSize)];
            random.NextBytes(content);
            var sums = new BlockSums();
            for (var at = 0; at < content.Length;)
            {
                var length = Math.Min(random.Next(2) * random.Next(7) * BlockSums.BlockSize + random.Next(2) * random.Next(200_000), content.Length - at);
                sums.Append(content.AsSpan(at, length));
                at += length;
            }

            AssertHolds(sums.Finish(), content);
        }
    }

    private static void AssertHolds(byte[] sums, byte[] content)
    {
        Assert.True(BlockSums.Fit(sums, content.Length));
        for (var (number, at) = (0, 0); at < content.Length; number++, at += BlockSums.BlockSize)
        {
            Assert.True(BlockSums.Holds(sums, number, content.AsSpan(at, Math.Min(BlockSums.BlockSize, content.Length - at))), $"block {number} of {content.Length} bytes");
        }
    }
}
