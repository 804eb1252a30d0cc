using System.Security.Cryptography;
using StandIn;

namespace SystemTests;

/// <summary>Three services whose contents lie in a bucket of S3.</summary>
public sealed class BucketTests
{
    private const long Gigabyte = 1L << 30;
    private const long MostMemory = 250L << 20;

    [Fact]
    public async Task A_gigabyte_goes_into_a_bucket_and_out_again_with_flat_memory()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = new SwiftServer();
        await server.StartAsync();
        await using var services = await ThreeServices.StartAsync(server.Settings("bridge/").ToDictionary(setting => setting.Item1.Replace(":", "__", StringComparison.Ordinal), setting => setting.Item2), ct);
        using var cozy = await services.AddInstanceAsync("alma", ct);

        using var up = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await cozy.UploadAsync("io.cozy.files.root-dir", "gigabyte.bin", new RandomStream(Gigabyte, up), Gigabyte, ct);
        await using var body = await cozy.DownloadAsync("/gigabyte.bin", ct);
        Assert.Equal(Convert.ToHexStringLower(up.GetCurrentHash()), Convert.ToHexStringLower(await SHA256.HashDataAsync(body, ct)));

        var stored = Assert.Single((await server.Client.ListObjectsV2Async(new() { BucketName = SwiftServer.Bucket, Prefix = "bridge/" }, ct)).S3Objects);
        Assert.Equal(Gigabyte, stored.Size);
        var memory = services.Processes["RemoteFiles.Service"].PeakMemory;
        TestContext.Current.TestOutputHelper?.WriteLine($"{memory >> 20} MiB");
        Assert.InRange(memory, 1, MostMemory);
    }
}
