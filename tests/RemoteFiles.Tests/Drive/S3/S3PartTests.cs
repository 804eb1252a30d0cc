using System.Security.Cryptography;
using RemoteFiles.Drive.S3;
using RemoteFiles.Files;
using RemoteFiles.Tests.Files;
using Shared.Faults;
using StandIn;

namespace RemoteFiles.Tests.Drive.S3;

/// <summary>Bodies of more than one part.</summary>
public sealed class S3PartTests(SwiftServer server) : DriveTests
{
    private readonly byte[] bytes = RandomNumberGenerator.GetBytes((2 * BucketContents.PartSize) + 12_345);

    private BucketContents Contents => (BucketContents)Test.Contents;

    internal override async Task<TestDrive> CreateAsync() => await TestDrive.CreateAsync(contents: await BucketContents.CreateAsync(server));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_body_comes_in_parts_and_reads_from_any_offset(bool isLengthKnown)
    {
        await Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes), Length = isLengthKnown ? bytes.Length : null, Md5 = MD5.HashData(bytes) }, Ct);

        foreach (var offset in new[] { 0, 1, BucketContents.PartSize - 1, BucketContents.PartSize, bytes.Length - 1, bytes.Length })
        {
            await using var download = await Drive.OpenAsync(At("/a"), offset, Ct);
            Assert.Equal(SHA256.HashData(bytes.AsSpan(offset)), await SHA256.HashDataAsync(download.Body, Ct));
        }

        Assert.Empty(await Contents.UnfinishedAsync());
        Assert.Empty(Contents.Spooled());
    }

    [Theory]
    [InlineData(BucketContents.PartSize)]
    [InlineData(BucketContents.PartSize + 1)]
    public async Task A_body_of_a_whole_part_is_whole(int size)
    {
        await Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes, 0, size), Length = size }, Ct);

        await using var download = await Drive.OpenAsync(At("/a"), 0, Ct);
        Assert.Equal(SHA256.HashData(bytes.AsSpan(0, size)), await SHA256.HashDataAsync(download.Body, Ct));
    }

    [Fact]
    public async Task A_body_that_breaks_or_is_not_what_was_promised_leaves_no_part_behind()
    {
        await Assert.ThrowsAsync<IOException>(() => Drive.WriteAsync(At("/a"), new() { Body = new BrokenBody(bytes) }, Ct));
        await FailsAsync(Fault.PreconditionFailed, () => Drive.WriteAsync(At("/a"), new() { Body = new MemoryStream(bytes), Md5 = new byte[16] }, Ct));
        using var stop = new CancellationTokenSource();
        var waiting = new WaitingBody(bytes);
        var cancelled = Drive.WriteAsync(At("/a"), new() { Body = waiting }, stop.Token);
        await waiting.Reached.WaitAsync(Ct);
        Assert.Single(await Contents.UnfinishedAsync());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        Assert.Empty(await Contents.ListAsync());
        Assert.Empty(Contents.Spooled());
    }

    [Fact]
    public async Task The_sweep_leaves_parts_that_still_come_and_aborts_those_that_do_not()
    {
        Contents.Options.StaleAge = TimeSpan.FromHours(24);
        var late = new WaitingBody(bytes);
        var upload = Drive.WriteAsync(At("/a"), new() { Body = late }, Ct);
        await late.Reached.WaitAsync(Ct);

        Test.Clock.Shift += TimeSpan.FromHours(23);
        await Test.Store.SweepAsync(TimeSpan.Zero, Ct);
        Assert.Single(await Contents.UnfinishedAsync());

        Test.Clock.Shift += TimeSpan.FromHours(2);
        await Test.Store.SweepAsync(TimeSpan.Zero, Ct);
        Assert.Empty(await Contents.UnfinishedAsync());
        late.Release();
        await FailsAsync(Fault.Unavailable, () => upload);
        Assert.Empty(await NamesAsync("/"));
    }

    [Fact]
    public async Task A_sweep_waits_for_the_row_of_a_blob_that_looks_old()
    {
        var blob = await Test.Store.Blobs.WriteAsync(new() { Body = new MemoryStream(bytes) }, room: null, Ct);
        Test.Clock.Shift += TimeSpan.FromHours(2);
        using var stop = new CancellationTokenSource();
        var sweep = Test.Store.SweepAsync(TimeSpan.FromHours(1), stop.Token);

        // As a body of two hours would be that has just ended.
        Assert.Equal([blob.Id], await Contents.ListAsync());
        Assert.False(sweep.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sweep);
        Assert.Equal([blob.Id], await Contents.ListAsync());
    }

    [Fact]
    public async Task More_contents_than_a_page_are_listed_and_removed_and_those_of_another_drive_stay()
    {
        const int many = 1_010;
        await using var other = await TestDrive.CreateAsync(0, await BucketContents.CreateAsync(server));
        var kept = await other.Store.Blobs.WriteAsync(new() { Body = new MemoryStream([1]) }, room: null, Ct);
        await Parallel.ForAsync(0, many, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Ct }, async (_, ct) =>
            await Test.Store.Blobs.WriteAsync(new() { Body = new MemoryStream([1]) }, room: null, ct));
        await server.Client.PutObjectAsync(new() { BucketName = SwiftServer.Bucket, Key = Contents.Options.Prefix + "not of ours", ContentBody = "1", UseChunkEncoding = false }, Ct);

        var pages = await Test.Store.Blobs.ListAsync(DateTimeOffset.MaxValue, Ct).ToListAsync(Ct);
        Assert.True(pages.Count > 1);
        Assert.Equal(many, pages.Sum(page => page.Count));

        await Drive.WriteAsync(At("/named"), new() { Body = new MemoryStream(new byte[20_000]), Length = 20_000 }, Ct);
        Test.Clock.Shift += TimeSpan.FromMinutes(1);
        await Test.Store.SweepAsync(TimeSpan.Zero, Ct);
        Assert.Equal(2, (await Contents.ListAsync()).Length);
        Assert.Contains("not of ours", await Contents.ListAsync());
        Assert.Equal([kept.Id], await other.BlobsAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100L << 30)]
    [InlineData(10L << 30)]
    [InlineData(4L << 40)]
    public void Ten_thousand_parts_hold_any_body(long? length)
    {
        var sizes = new PartSizes(8 << 20, length);
        var (held, number) = (0L, 0);
        while (held < (length ?? 5L << 40))
        {
            var size = sizes.Of(++number);
            Assert.InRange(size, 8 << 20, 5L << 30);
            held += size;
        }

        Assert.InRange(number, 1, 10_000);
    }
}
