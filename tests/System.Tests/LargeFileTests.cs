using System.Security.Cryptography;
using Bridge;
using Bridge.Demo;

namespace SystemTests;

/// <summary>A gigabyte through the edge, each service a process of its own: what arrives is equal, and no process grows.</summary>
public sealed class LargeFileTests
{
    private const long Gigabyte = 1L << 30;
    private const long MostMemory = 250L << 20;

    [Fact]
    public async Task A_gigabyte_goes_up_and_down_through_the_edge_with_flat_memory()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var services = await ThreeServices.StartAsync(ct);
        using var cozy = await services.AddInstanceAsync("alma", ct);

        using var up = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await cozy.UploadAsync("io.cozy.files.root-dir", "gigabyte.bin", new RandomStream(Gigabyte, up), Gigabyte, ct);
        await using var body = await cozy.DownloadAsync("/gigabyte.bin", ct);
        Assert.Equal(Convert.ToHexStringLower(up.GetCurrentHash()), Convert.ToHexStringLower(await SHA256.HashDataAsync(body, ct)));

        AssertFlat(services);
    }

    [Fact]
    public async Task A_gigabyte_goes_up_to_a_real_Nextcloud_and_down_again_with_flat_memory()
    {
        var ct = TestContext.Current.CancellationToken;
        var login = MigrationSource.NextcloudLogin();
        Assert.SkipWhen(login is null, MigrationSource.NoNextcloud);
        await using var services = await ThreeServices.StartAsync(ct);
        using var cozy = await services.AddInstanceAsync("alma", ct);
        var remote = $"/remote/nextcloud/{await services.AddAccountAsync("alma", login.Url, login.User, login.Password, ct)}/gigabyte%20{Guid.NewGuid():N}.bin";

        using var up = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var upload = new StreamContent(new RandomStream(Gigabyte, up)) { Headers = { ContentLength = Gigabyte } };
        await cozy.SendAsync(HttpMethod.Put, remote + "?Type=file", upload, ct);
        await using var body = await cozy.OpenAsync(remote + "?Dl=1", ct);
        Assert.Equal(Convert.ToHexStringLower(up.GetCurrentHash()), Convert.ToHexStringLower(await SHA256.HashDataAsync(body, ct)));
        await cozy.SendAsync(HttpMethod.Delete, remote, null, ct);
        AssertFlat(services);
    }

    private static void AssertFlat(ThreeServices services)
    {
        foreach (var (name, process) in services.Processes)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {process.PeakMemory >> 20} MiB");
            Assert.InRange(process.PeakMemory, 1, MostMemory);
        }
    }
}
