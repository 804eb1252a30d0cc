using Shared.Storage;

[assembly: AssemblyFixture(typeof(Tests.Storage.EngineOfThisRun))]

namespace Tests.Storage;

/// <summary>
/// What is below the tests of this run: a file of SQLite, or (<c>BRIDGE_TEST_ENGINE=postgres</c>) a schema for each directory; with
/// <c>postgres+s3</c> services keep their contents in a bucket too.
/// </summary>
internal static class TestEngine
{
    private static readonly string[] Asked = (Environment.GetEnvironmentVariable("BRIDGE_TEST_ENGINE") ?? "").Split('+');

    public static bool IsPostgres { get; } = Asked.Contains("postgres");

    public static bool HasBucket { get; } = Asked.Contains("s3");

    public static Database Open(string directory, string name) => Database.Open(new() { Directory = directory, Postgres = PostgresOf(directory) }, name);

    /// <summary>Of "Storage:Postgres".</summary>
    public static string PostgresOf(string directory) => IsPostgres ? PostgresServer.Shared.ConnectionString(Path.GetFullPath(directory)) : "";
}

/// <summary>The server is there before the first test that stands on it, and gone after the last.</summary>
public sealed class EngineOfThisRun : IAsyncLifetime
{
    public ValueTask InitializeAsync() => TestEngine.IsPostgres ? new(PostgresServer.Shared.StartAsync()) : ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => PostgresServer.Shared.DisposeAsync();
}
