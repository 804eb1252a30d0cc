using Shared.Storage;

[assembly: AssemblyFixture(typeof(Tests.Storage.EngineOfThisRun))]

namespace Tests.Storage;

/// <summary>The engine below the tests of this run: a file of SQLite, or (<c>BRIDGE_TEST_ENGINE=postgres</c>) a schema for each directory.</summary>
internal static class TestEngine
{
    public static bool IsPostgres { get; } = Environment.GetEnvironmentVariable("BRIDGE_TEST_ENGINE") == "postgres";

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
