using System.Security.Cryptography;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>Uploads in pieces, below any protocol.</summary>
public class DriveUploadTests : DriveTests
{
    private readonly byte[] bytes = RandomNumberGenerator.GetBytes(1_000_000);

    [Theory]
    [InlineData("0000", "0001", "0002", "0003")]
    [InlineData("1", "2", "3", "4")]
    [InlineData("000000000000000-000000000249999", "000000000250000-000000000499999", "000000000500000-000000000749999", "000000000750000-000000000999999")]
    public async Task The_last_step_reads_no_part_again_that_came_in_its_turn(params string[] names)
    {
        await Drive.BeginUploadAsync("x", null, Ct);
        foreach (var i in new[] { 0, 2, 1, 3 })
        {
            await WriteAsync(names[i], i);
        }

        // Nobody can read them any more.
        var blobs = await Test.BlobsAsync();
        Assert.Equal(4, blobs.Length);
        await Task.WhenAll(blobs.Select(blob => Test.Contents.ReplaceAsync(blob, null)));

        AssertWhole(await JoinAsync());
    }

    [Fact]
    public async Task Parts_that_came_in_another_order_or_again_or_before_a_restart_are_read_then()
    {
        await Drive.BeginUploadAsync("x", null, Ct);
        await WriteAsync("10", 3);
        await WriteAsync("1", 3);
        await WriteAsync("2", 1);
        await WriteAsync("1", 0);
        await Test.ReopenAsync();
        await WriteAsync("3", 2);

        AssertWhole(await JoinAsync());
        await using var download = await Drive.OpenAsync(At("/f"), 0, Ct);
        Assert.Equal(SHA256.HashData(bytes), await SHA256.HashDataAsync(download.Body, Ct));
    }

    [Fact]
    public async Task A_part_that_cannot_be_read_is_unavailable_and_the_upload_stays()
    {
        await Drive.BeginUploadAsync("x", null, Ct);
        await WriteAsync("b", 0);
        await Test.Contents.ReplaceAsync(Assert.Single(await Test.BlobsAsync()), null);

        Assert.Equal(Fault.Unavailable, (await Assert.ThrowsAsync<FaultException>(JoinAsync)).Fault);
        await WriteAsync("b", 0);
        await WriteAsync("c", 1);
        await WriteAsync("d", 2);
        await WriteAsync("e", 3);
        AssertWhole(await JoinAsync());
    }

    [Fact]
    public async Task An_upload_that_nobody_touches_for_a_day_is_removed_with_its_parts()
    {
        await Drive.BeginUploadAsync("old", null, Ct);
        await Drive.WritePartAsync("old", "1", PartOf(0), Ct);
        Test.Clock.Shift += TimeSpan.FromHours(13);
        await Drive.BeginUploadAsync("young", null, Ct);
        await Drive.WritePartAsync("young", "1", PartOf(1), Ct);

        Test.Clock.Shift += TimeSpan.FromHours(12);
        await Test.Store.SweepAsync(TimeSpan.FromHours(1), Ct);

        Assert.Null(await Drive.PartsAsync("old", Ct));
        Assert.Single((await Drive.PartsAsync("young", Ct))!);
        Assert.Single(await Test.BlobsAsync());
        Assert.Equal(Fault.NotFound, (await Assert.ThrowsAsync<FaultException>(() => Drive.WritePartAsync("old", "2", PartOf(2), Ct))).Fault);
    }

    private Task<bool> WriteAsync(string name, int quarter) => Drive.WritePartAsync("x", name, PartOf(quarter), Ct);

    private Upload PartOf(int quarter) => new() { Body = new MemoryStream(bytes, quarter * bytes.Length / 4, bytes.Length / 4), Length = bytes.Length / 4 };

    private Task<Placed> JoinAsync() => Drive.JoinAsync(
        "x", At("/f"), new(Total: null, Overwrite: true, null, new(ContentSums.Sha1, Convert.ToHexStringLower(SHA1.HashData(bytes))), null, new()), Ct);

    private void AssertWhole(Placed placed)
    {
        Assert.Equal(bytes.Length, placed.Entry.Size);
        Assert.Equal(SHA256.HashData(bytes), placed.Entry.Sha256.ToArray());
        Assert.Equal(MD5.HashData(bytes), placed.Entry.Md5.ToArray());
    }
}
