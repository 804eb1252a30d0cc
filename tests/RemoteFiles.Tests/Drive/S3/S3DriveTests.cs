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
