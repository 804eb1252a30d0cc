using RemoteFiles.Drive.S3;
using RemoteFiles.Tests.Routes;
using StandIn;

namespace RemoteFiles.Tests.Drive.S3;

/// <summary>What a service says at its start of a bucket that it cannot use, in a line and by its health.</summary>
public sealed class S3SelfTestTests(SwiftServer server)
{
    private readonly string prefix = $"{Guid.NewGuid():N}/";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bucket_that_can_all_makes_the_service_ready_and_nothing_stays_in_it()
    {
        await server.StartAsync();
        await using var service = await RestServer.StartAsync(server.Settings(prefix));

        await LoggedAsync(service, "drive.s3-works");

        Assert.Equal(200, await ReadyAsync(service));
        Assert.Empty((await server.Client.ListObjectsV2Async(new() { BucketName = SwiftServer.Bucket, Prefix = prefix }, Ct)).S3Objects ?? []);
        Assert.DoesNotContain(service.Log.Lines, line => line.Contains(SwiftServer.SecretKey, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Blobs:S3:SecretKey", "wrong", "the secret key is not that of the access key, or the region is another (SignatureDoesNotMatch)")]
    [InlineData("Blobs:S3:Bucket", "no-such-bucket", "there is no such bucket (NoSuchBucket): make it first")]
    [InlineData("Blobs:S3:Endpoint", "http://127.0.0.1:1", "it cannot be reached: ")]
    public async Task What_is_wrong_with_the_settings_is_named_and_the_service_lives_and_is_not_ready(string setting, string value, string problem)
    {
        await server.StartAsync();
        await using var service = await RestServer.StartAsync([.. server.Settings(prefix).Where(other => other.Name != setting), (setting, value)]);

        Assert.Contains(problem, await LoggedAsync(service, "drive.s3-refused"), StringComparison.Ordinal);

        Assert.Equal(503, await ReadyAsync(service));
        Assert.Equal(200, await StatusAsync(service, "/health/live"));
        Assert.DoesNotContain(service.Log.Lines, line => line.Contains(SwiftServer.SecretKey, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("?uploads", "storing an object in parts (CreateMultipartUpload, UploadPart, CompleteMultipartUpload) is missing: NotImplemented, status 501")]
    [InlineData("list-type=2", "listing objects (ListObjectsV2) is missing: NotImplemented, status 501")]
    [InlineData("DELETE ", "giving up an object in parts (ListMultipartUploads, ListParts, AbortMultipartUpload) is missing: NotImplemented, status 501")]
    [InlineData("HEAD ", "looking at an object (HeadObject) is missing: NotImplemented, status 501")]
    public async Task A_feature_that_the_server_lacks_is_named(string request, string problem)
    {
        await server.StartAsync();
        await using var proxy = new FaultProxy(server.Endpoint);
        var missing = WireFault.Status(501, type: "application/xml", body: "<?xml version=\"1.0\"?><Error><Code>NotImplemented</Code><Message>not here</Message></Error>");
        var fault = proxy.Add(new("missing", line => line.Contains(request, StringComparison.Ordinal), 0) { Instead = missing });
        var contents = new S3Bucket(S3Client.Create(OptionsOf(proxy.Url)), OptionsOf(proxy.Url), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        Assert.Equal(problem, await S3SelfTest.RunAsync(contents, Ct));

        Assert.True(fault.Happened);
    }

    [Fact]
    public async Task A_server_that_comes_later_makes_the_service_ready()
    {
        await using var late = new SwiftServer();
        await using var service = await RestServer.StartAsync(late.Settings(prefix));
        await LoggedAsync(service, "drive.s3-refused");

        await late.StartAsync();

        await LoggedAsync(service, "drive.s3-works");
        Assert.Equal(200, await ReadyAsync(service));
    }

    [Theory]
    [InlineData("Blobs:S3:Endpoint", "minio:9000", "Blobs:S3:Endpoint")]
    [InlineData("Blobs:S3:SecretKeyFile", "/nowhere", "Blobs:S3:SecretKeyFile")]
    [InlineData("Blobs:S3:AccessKey", "", "Blobs:S3:AccessKey")]
    [InlineData("Blobs:S3:Prefix", "a b", "Prefix")]
    public async Task Settings_that_cannot_be_meant_stop_the_start(string setting, string value, string named)
    {
        var thrown = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var service = await RestServer.StartAsync([.. server.Settings(prefix).Where(other => other.Name != setting), (setting, value)]);
        });

        Assert.Contains(named, thrown.Message, StringComparison.Ordinal);
    }

    private S3Options OptionsOf(Uri endpoint) => new()
    {
        Endpoint = endpoint.ToString(), Bucket = SwiftServer.Bucket, Prefix = prefix, AccessKey = SwiftServer.AccessKey, SecretKey = SwiftServer.SecretKey,
    };

    private static async Task<string> LoggedAsync(RestServer service, string name)
    {
        while (true)
        {
            if (service.Log.Lines.FirstOrDefault(line => line.Contains(name, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            await Task.Delay(20, Ct);
        }
    }

    private static Task<int> ReadyAsync(RestServer service) => StatusAsync(service, "/health/ready");

    private static async Task<int> StatusAsync(RestServer service, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(service.Address, path), Ct);
        return (int)answer.StatusCode;
    }
}
