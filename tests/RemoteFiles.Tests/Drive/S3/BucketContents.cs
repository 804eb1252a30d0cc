using Amazon.S3.Model;
using Microsoft.Extensions.Logging.Abstractions;
using RemoteFiles.Drive;
using RemoteFiles.Drive.S3;
using StandIn;

[assembly: AssemblyFixture(typeof(SwiftServer))]

namespace RemoteFiles.Tests.Drive.S3;

/// <summary>Below a prefix of its own in the bucket of a server.</summary>
internal sealed class BucketContents : TestContents
{
    private readonly SwiftServer server;
    private readonly DirectoryInfo spool = Directory.CreateTempSubdirectory("spool-");
    private readonly List<S3Blobs> opened = [];

    private BucketContents(SwiftServer server, Uri endpoint)
    {
        this.server = server;
        Options = new()
        {
            Endpoint = endpoint.ToString(),
            Bucket = SwiftServer.Bucket,
            Prefix = $"{Guid.NewGuid():N}/",
            AccessKey = SwiftServer.AccessKey,
            SecretKey = SwiftServer.SecretKey,
            PartSize = PartSize,
            StaleAge = TimeSpan.Zero,
        };
    }

    /// <summary>The least that S3 takes.</summary>
    public const int PartSize = 5 << 20;

    public S3Options Options { get; }

    public static async Task<BucketContents> CreateAsync(SwiftServer server, Uri? endpoint = null)
    {
        await server.StartAsync();
        return new(server, endpoint ?? server.Endpoint);
    }

    public override IBlobs Open(TimeProvider clock)
    {
        var blobs = new S3Blobs(Options, spool.FullName, clock, NullLogger.Instance);
        opened.Add(blobs);
        return blobs;
    }

    public override async Task<string[]> ListAsync() => [.. await WholeAsync(), .. await UnfinishedAsync()];

    /// <summary>The ids that multipart uploads of ours have begun and not ended.</summary>
    public async Task<string[]> UnfinishedAsync()
    {
        var uploads = await server.Client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = SwiftServer.Bucket, Prefix = Options.Prefix });
        return [.. (uploads.MultipartUploads ?? []).Select(upload => upload.Key[Options.Prefix.Length..])];
    }

    /// <summary>The files below the directory for bodies on their way.</summary>
    public FileInfo[] Spooled() => spool.GetFiles();

    public override Task ReplaceAsync(string id, byte[]? bytes) => bytes is null
        ? server.Client.DeleteObjectAsync(SwiftServer.Bucket, Options.Prefix + id)
        : server.Client.PutObjectAsync(new() { BucketName = SwiftServer.Bucket, Key = Options.Prefix + id, InputStream = new MemoryStream(bytes), UseChunkEncoding = false });

    public override Task LeaveUnfinishedAsync() => server.Client.InitiateMultipartUploadAsync(SwiftServer.Bucket, $"{Options.Prefix}{Guid.NewGuid():N}");

    public override ValueTask DisposeAsync()
    {
        opened.ForEach(blobs => blobs.Dispose());
        spool.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<string[]> WholeAsync()
    {
        var objects = await server.Client.Paginators.ListObjectsV2(new() { BucketName = SwiftServer.Bucket, Prefix = Options.Prefix }).S3Objects.ToListAsync();
        return [.. objects.Select(found => found.Key[Options.Prefix.Length..])];
    }
}
