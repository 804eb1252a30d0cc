using System.Security.Cryptography;
using RemoteFiles.Tests.Routes;

namespace RemoteFiles.Tests.Drive;

/// <summary>The service reads its contents again by itself.</summary>
public sealed class ScrubServiceTests : IDisposable
{
    private const string Domain = "alma.localhost:8080";
    private readonly string directory = Directory.CreateTempSubdirectory("scrub-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_bit_that_was_flipped_on_the_disk_is_told_before_anybody_reads_the_file()
    {
        await using (var first = await StartAsync(bytesPerSecond: 0))
        {
            await first.AddInstanceAsync(Domain);
            var client = first.Client(Domain, await first.TokenAsync(Domain, "io.cozy.files"));
            Expect.Status(201, await client.PostAsync("/files/io.cozy.files.root-dir?Type=file&Name=f", new ByteArrayContent(RandomNumberGenerator.GetBytes(100_000))));
        }

        var content = Assert.Single(Directory.GetFiles(Path.Combine(directory, "blobs"), "*", SearchOption.AllDirectories));
        var bytes = await File.ReadAllBytesAsync(content, Ct);
        bytes[77_777] ^= 4;
        await File.WriteAllBytesAsync(content, bytes, Ct);

        await using var second = await StartAsync(bytesPerSecond: 1 << 30);
        while (!Said(second, "drive.scrubbed"))
        {
            await Task.Delay(20, Ct);
        }

        var line = Assert.Single(second.Log.Lines, line => line.Contains("drive.content-damaged", StringComparison.Ordinal));
        Assert.Contains(Path.GetFileName(content), line, StringComparison.Ordinal);
    }

    private static bool Said(RestServer server, string name) => server.Log.Lines.Any(line => line.Contains(name, StringComparison.Ordinal));

    private Task<RestServer> StartAsync(long bytesPerSecond) =>
        RestServer.StartAsync(("Storage:Directory", directory), ("Blobs:S3:Bucket", ""), ("Scrub:BytesPerSecond", $"{bytesPerSecond}"));
}
