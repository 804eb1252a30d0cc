using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RemoteFiles.Drive.Hashing;

namespace RemoteFiles.Tests.Drive;

public sealed class RunningMd5Tests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_message_of_any_length_it_is_the_sum_of_rfc_1321(bool isOneOfMany)
    {
        for (var length = 0; length < 300; length++)
        {
            var message = RandomNumberGenerator.GetBytes(length);
            using var md5 = RunningMd5.Begin(isOneOfMany);
            md5.Append(message);
            await md5.HashedAsync(allBut: 0);
            Assert.Equal(MD5.HashData(message), md5.Finish());
        }
    }

    [Fact]
    public void As_many_messages_as_there_are_lanes_are_hashed_at_once_each_for_itself()
    {
        Assert.SkipUnless(Md5Lanes.IsFast, "this processor has no AVX2: messages are hashed one after the other");
        for (var count = 1; count <= Md5Lanes.Most; count++)
        {
            // Whole blocks, of which the last says that the others were the message (RFC 1321 sections 3.1 and 3.2).
            var bodies = Enumerable.Range(0, count).Select(_ => RandomNumberGenerator.GetBytes(100 * Md5Lanes.BlockSize)).ToArray();
            byte[] end = [0x80, .. new byte[55], .. BitConverter.GetBytes(8L * bodies[0].Length)];
            var states = bodies.Select(_ => Md5Lanes.NewState()).ToArray();

            Md5Lanes.Append(states, Array.ConvertAll(bodies, body => new ReadOnlyMemory<byte>([.. body, .. end])), bodies[0].Length + end.Length);

            Assert.Equal(bodies.Select(body => Convert.ToHexString(MD5.HashData(body))), states.Select(state => Convert.ToHexString(MemoryMarshal.AsBytes<uint>(state))));
        }
    }

    [Fact]
    public async Task Bodies_of_any_lengths_that_come_together_do_not_touch_each_other()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var bodies = Enumerable.Range(0, 40).Select(_ => Body(random)).ToList();

        var sums = await Task.WhenAll(bodies.Select(body => Task.Run(() => SumAsync(body))));

        Assert.Equal(bodies.Select(body => Convert.ToHexString(MD5.HashData(body))), sums.Select(Convert.ToHexString));
    }

    private static byte[] Body(Random random)
    {
        var body = new byte[random.Next(300_000)];
        random.NextBytes(body);
        return body;
    }

    // As a body does that has three buffers: each is filled again as soon as it is hashed.
    private static async Task<byte[]> SumAsync(byte[] body)
    {
        const int size = 4096;
        using var md5 = RunningMd5.Begin(isOneOfMany: true);
        var buffers = new[] { new byte[size], new byte[size], new byte[size] };
        for (var (at, turn) = (0, 0); at < body.Length; (at, turn) = (at + size, turn + 1))
        {
            await md5.HashedAsync(allBut: buffers.Length - 1);
            var block = buffers[turn % buffers.Length].AsMemory(0, Math.Min(size, body.Length - at));
            body.AsMemory(at, block.Length).CopyTo(block);
            md5.Append(block);
        }

        await md5.HashedAsync(allBut: 0);
        return md5.Finish();
    }
}
