using Tests.Storage;

[assembly: AssemblyFixture(typeof(SystemTests.EndOfPostgres))]

namespace SystemTests;

/// <summary>After the last test of this process the server that they share is gone, if there was one.</summary>
public sealed class EndOfPostgres : IAsyncDisposable
{
    public ValueTask DisposeAsync() => PostgresServer.Shared.DisposeAsync();
}
