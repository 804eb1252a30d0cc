using System.Security.Cryptography;
using Dapper;
using RemoteFiles.Drive;
using RemoteFiles.Drive.Hashing;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>A bit that changed where it is kept: no reader gets bytes that were never stored.</summary>
public class DriveDamageTests : DriveTests
{
    private const int Size = (3 * BlockSums.BlockSize) + 5000;
    private readonly byte[] bytes = RandomNumberGenerator.GetBytes(Size);

    internal override int LargestSmallContent => 0;

    [Theory]
    [InlineData(0)]
    [InlineData(BlockSums.BlockSize - 1)]
    [InlineData(BlockSums.BlockSize)]
    [InlineData((2 * BlockSums.BlockSize) + 77)]
    [InlineData(Size - 1)]
    public async Task A_flipped_bit_fails_every_read_of_its_block_and_no_other(int at)
    {
        await Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes), Length = Size }, Ct);
        await FlipAsync(Assert.Single(await Test.BlobsAsync()), bytes, at);

        var (first, last) = (at / BlockSums.BlockSize * BlockSums.BlockSize, Math.Min(Size, ((at / BlockSums.BlockSize) + 1) * BlockSums.BlockSize));
        Assert.Equal((first, Fault.BadGateway), await ReadAsync("/a", 0, Size));
        Assert.Equal((0, Fault.BadGateway), await ReadAsync("/a", at, Size - at));
        Assert.Equal((0, Fault.BadGateway), await ReadAsync("/a", last - 1, 1));
        Assert.Equal((first, null), await ReadAsync("/a", 0, first));
        Assert.Equal((Size - last, null), await ReadAsync("/a", last, Size - last));
    }

    [Fact]
    public async Task Any_range_in_pieces_of_any_size_is_what_was_stored()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes), Length = Size }, Ct);
        for (var i = 0; i < 30; i++)
        {
            var offset = i == 0 ? Size : random.Next(Size);
            await using var download = await Drive.OpenAsync(At("/a"), offset, Ct);
            var (rest, piece) = (new MemoryStream(), new byte[random.Next(1, 2 * BlockSums.BlockSize)]);
            for (var read = 1; read > 0;)
            {
                read = await download.Body.ReadAsync(piece.AsMemory(0, random.Next(1, piece.Length + 1)), Ct);
                rest.Write(piece, 0, read);
            }

            Assert.Equal(bytes[offset..], rest.ToArray());
        }
    }

    [Fact]
    public async Task A_damaged_part_fails_the_file_that_was_joined_of_it_and_is_joined_to_none()
    {
        const int Half = BlockSums.BlockSize + 10;
        foreach (var transfer in new[] { "joined", "open" })
        {
            await Drive.BeginUploadAsync(transfer, null, Ct);
            await PartAsync(transfer, "1", bytes[..Half]);
            var before = await Test.BlobsAsync();
            await PartAsync(transfer, "2", bytes[Half..]);
            await FlipAsync(Assert.Single((await Test.BlobsAsync()).Except(before)), bytes[Half..], 3);
            if (transfer == "joined")
            {
                await JoinAsync(transfer);
            }
        }

        Assert.Equal((Half, Fault.BadGateway), await ReadAsync("/joined", 0, Size));
        Assert.Equal((Half, null), await ReadAsync("/joined", 0, Half));

        // The checksums that were taken as the parts came are gone with the process.
        await Test.ReopenAsync();
        await FailsAsync(Fault.BadGateway, () => JoinAsync("open"));
        await FailsAsync(Fault.BadGateway, async () => await (await Drive.OpenPartAsync("open", "2", 0, Ct)).CopyToAsync(Stream.Null, Ct));
    }

    [Fact]
    public async Task A_damaged_former_version_fails_and_its_sums_go_with_the_file()
    {
        var stored = await Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes), Length = Size }, Ct);
        await FlipAsync(Assert.Single(await Test.BlobsAsync()), bytes, 5);
        await PutAsync("/a", "now", overwrite: true);
        var former = (await Drive.VersionsAsync(stored.Cozy!.FileId, Ct))!.Single(version => version.Size == Size);

        await using var download = await Drive.OpenVersionAsync(stored.Cozy.FileId, former.Key, 0, Ct);
        Assert.Equal(Fault.BadGateway, (await Assert.ThrowsAsync<FaultException>(() => download.Body.CopyToAsync(Stream.Null, Ct))).Fault);

        Assert.Equal(2, await CountSumsAsync());
        await Drive.RemoveVersionAsync(stored.Cozy.FileId, former.Key, Ct);
        Assert.Equal(1, await CountSumsAsync());
        await Drive.DeleteAsync(At("/a"), null, Ct);
        await Drive.EmptyAsync(Ct);
        Assert.Equal(0, await CountSumsAsync());
    }

    [Fact]
    public async Task What_was_stored_before_there_were_sums_is_read_as_it_is()
    {
        await Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes), Length = Size }, Ct);
        await Test.Store.Database.WriteAsync(db => db.ExecuteAsync("DELETE FROM blob_sums"), Ct);

        Assert.Equal((Size, null), await ReadAsync("/a", 0, Size));
    }

    private Task<int> CountSumsAsync() => Test.Store.Database.ReadAsync(db => db.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM blob_sums"), Ct);

    private Task<bool> PartAsync(string transfer, string name, byte[] part) =>
        Drive.WritePartAsync(transfer, name, new() { Body = new MemoryStream(part), Length = part.Length }, Ct);

    private Task JoinAsync(string transfer) => Drive.JoinAsync(transfer, At("/" + transfer), new(null, Overwrite: false, null, null, null, null), Ct);

    private Task FlipAsync(string id, byte[] stored, int at)
    {
        var other = stored.ToArray();
        other[at] ^= 1;
        return Test.Contents.ReplaceAsync(id, other);
    }

    /// <summary>How many bytes came as they were stored, and what it failed with.</summary>
    private async Task<(int Read, Fault? Fault)> ReadAsync(string path, int offset, int count)
    {
        await using var download = await Drive.OpenAsync(At(path), offset, Ct);
        var (read, block) = (0, new byte[BlockSums.BlockSize]);
        try
        {
            while (read < count && await download.Body.ReadAsync(block.AsMemory(0, Math.Min(block.Length, count - read)), Ct) is > 0 and var more)
            {
                Assert.Equal(bytes.AsSpan(offset + read, more), block.AsSpan(0, more));
                read += more;
            }

            return (read, null);
        }
        catch (FaultException e)
        {
            return (read, e.Fault);
        }
    }
}
