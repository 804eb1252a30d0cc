using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace StandIn;

/// <summary>An S3 server of another author: OpenStack Swift, on a free port and in a directory that goes with it. Needs tests/prepare/swift.sh.</summary>
public sealed class SwiftServer : IAsyncDisposable
{
    public const string Bucket = "contents";
    public const string AccessKey = "test:tester";
    public const string SecretKey = "the-secret-key-of-the-tests";

    // Below those that the system gives to connections: none of them takes it while the server is away.

    private readonly string directory = Directory.CreateTempSubdirectory("swift-").FullName;
    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly int port = FreePort.Take();
    private Process? server;

    public SwiftServer()
    {
        Endpoint = new($"http://127.0.0.1:{port}");
        Client = new(new BasicAWSCredentials(AccessKey, SecretKey), new AmazonS3Config { ServiceURL = Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
    }

    public Uri Endpoint { get; }

    /// <summary>Looks at the server past what is tested.</summary>
    public AmazonS3Client Client { get; }

    /// <summary>Starts it at its first use, and after it was killed; returns when it takes requests and has its bucket.</summary>
    public async Task StartAsync()
    {
        await starting.WaitAsync();
        try
        {
            if (server is null)
            {
                server = await LaunchAsync();
                await MakeBucketAsync();
            }
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>What a service that keeps its contents here is told.</summary>
    public (string Name, string Value)[] Settings(string prefix, Uri? endpoint = null) =>
    [
        ("Blobs:S3:Endpoint", (endpoint ?? Endpoint).ToString()), ("Blobs:S3:Bucket", Bucket), ("Blobs:S3:Prefix", prefix),
        ("Blobs:S3:AccessKey", AccessKey), ("Blobs:S3:SecretKey", SecretKey),
    ];

    /// <summary>As a power cut would.</summary>
    public async Task KillAsync()
    {
        if (server is not null)
        {
            server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
            server = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Client.Dispose();
        starting.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task MakeBucketAsync()
    {
        try
        {
            await Client.PutBucketAsync(Bucket);
        }
        catch (BucketAlreadyOwnedByYouException)
        {
            // It was here before.
        }
    }

    private async Task<Process> LaunchAsync()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "StandIn", "swift_server.py");
        var start = new ProcessStartInfo("/usr/bin/python3", [script, directory, $"{port}", AccessKey, SecretKey])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("python3 did not start");
        var errors = process.StandardError.ReadToEndAsync();
        if (await process.StandardOutput.ReadLineAsync() != "listening")
        {
            throw new InvalidOperationException("Swift did not start: " + await errors);
        }

        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }
}
