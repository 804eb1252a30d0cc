using Microsoft.Extensions.Logging.Abstractions;
using RemoteFiles.Drive.S3;
using RemoteFiles.Drive.Upkeep;
using RemoteFiles.Files;
using RemoteFiles.Tests.Files;
using StandIn;

namespace RemoteFiles.Tests.Drive.S3;

// What every drive promises, with its contents in a bucket.

public sealed class S3BlobTests(SwiftServer server) : DriveBlobTests
{
    protected override int Overwrites => 20;

    internal override async Task<TestDrive> CreateAsync() => await TestDrive.CreateAsync(0, await BucketContents.CreateAsync(server));
}

public sealed class S3UploadTests(SwiftServer server) : DriveUploadTests
{
    internal override async Task<TestDrive> CreateAsync() => await TestDrive.CreateAsync(0, await BucketContents.CreateAsync(server));
}

public sealed class S3DamageTests(SwiftServer server) : DriveDamageTests
{
    internal override async Task<TestDrive> CreateAsync() => await TestDrive.CreateAsync(0, await BucketContents.CreateAsync(server));
}

public sealed class S3RepairTests(SwiftServer server) : ContentRepairTests
{
    internal override async Task<TestDrive> CreateAsync() => await TestDrive.CreateAsync(contents: await BucketContents.CreateAsync(server));
}

public sealed class S3SweepTests(SwiftServer server) : SweepTests
{
    internal override async Task<TestDrive> CreateAsync() => await TestDrive.CreateAsync(contents: await BucketContents.CreateAsync(server));
}

public sealed class S3ScrubTests(SwiftServer server) : ScrubTests
{
    internal override async Task<TestDrive> CreateAsync() => await TestDrive.CreateAsync(contents: await BucketContents.CreateAsync(server));

    [Fact]
    public async Task Of_a_bucket_that_does_not_answer_nothing_is_told_and_it_goes_on_later()
    {
        await FillAsync();
        var told = new List<string>();
        var options = ((BucketContents)Test.Contents).Options;
        using var away = new S3Blobs(
            new() { Endpoint = $"http://127.0.0.1:{FreePort.Take()}", Bucket = options.Bucket, Prefix = options.Prefix, AccessKey = options.AccessKey, SecretKey = options.SecretKey },
            Test.Directory,
            Test.Clock,
            NullLogger.Instance);

        Assert.False(await Round(told.Add, away).RunAsync(Ct));

        Test.Clock.Shift += ScrubPlace.HeldFor;
        await BreakAsync("/large", isFlipped: true);
        Assert.True(await Round(told.Add).RunAsync(Ct));
        Assert.Equal([await BlobAsync("/large")], told);
    }
}

public sealed class S3QuotaTests(SwiftServer server) : DriveQuotaTests
{
    internal override async Task<TestDrive> CreateAsync() => await TestDrive.CreateAsync(0, await BucketContents.CreateAsync(server));
}

public sealed class S3TreeTests(SwiftServer server) : FileTreeContract
{
    private TestDrive drive = null!;

    protected override int ManyEntries => 200;

    internal override async Task<(IFileTree Tree, FilePath Scratch)> OpenAsync()
    {
        drive = await TestDrive.CreateAsync(0, await BucketContents.CreateAsync(server));
        return (drive.Drive, FilePath.Parse("/scratch"));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await drive.DisposeAsync();
    }
}
