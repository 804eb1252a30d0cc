using RemoteFiles.Tests.Drive.S3;
using StandIn;
using Tests.Storage;

[assembly: AssemblyFixture(typeof(BucketOfThisRun))]

namespace RemoteFiles.Tests.Drive.S3;

/// <summary>Where the services of this run keep their contents, when it asks for a bucket.</summary>
public sealed class BucketOfThisRun : IAsyncLifetime
{
    private static SwiftServer? server;

    /// <summary>Of the service with this directory; replicas share it.</summary>
    public static (string Name, string Value)[] Settings(string directory) => server?.Settings(Path.GetFileName(directory) + "/") ?? [];

    public async ValueTask InitializeAsync()
    {
        if (TestEngine.HasBucket)
        {
            server = new();
            await server.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
