using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Operations;
using RemoteFiles.Tests.Routes;
using Shared.Storage;
using Tests.Storage;

namespace RemoteFiles.Tests.Postgres;

/// <summary>A service that starts on a database that is away, or with the master key of another.</summary>
public sealed class StartTests : IDisposable
{
    private const string Key = "the master key of the first start, long enough";
    private const string Another = "another master key that is long enough too";
    private readonly string directory = Directory.CreateTempSubdirectory("start-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_database_that_is_away_is_waited_for()
    {
        await using var server = PostgresServer.New();
        await server.StartAsync();
        await server.StopAsync();
        var options = new StorageOptions { Postgres = server.ConnectionString("away"), StartPatience = TimeSpan.FromDays(1) };
        using var database = Database.Open(options, "");
        var log = new Awaited();

        var starting = new SchemaAtStart(database, Options.Create(options), TimeProvider.System, log).StartingAsync(Ct);
        Assert.Contains("waited for: Failed to connect to", await log.Line.Task.WaitAsync(Ct), StringComparison.Ordinal);
        await server.StartAsync();
        await starting;

        Assert.NotNull(await database.ReadAsync(db => db.ExecuteScalarAsync<string?>(database.Dialect.FindTable, new { table = "nodes" }), Ct));
    }

    [Fact]
    public async Task It_is_waited_for_until_the_patience_ends()
    {
        var options = new StorageOptions { Postgres = $"Host={directory};Search Path=away", StartPatience = TimeSpan.Zero };
        using var database = Database.Open(options, "");

        var ended = await Assert.ThrowsAsync<StartException>(() => new SchemaAtStart(database, Options.Create(options), TimeProvider.System, new Awaited()).StartingAsync(Ct));

        Assert.StartsWith("Storage:Postgres: Failed to connect to " + directory, ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_master_key_than_the_one_that_secrets_were_sealed_with_stops_the_start_and_seals_nothing()
    {
        await (await StartAsync(Key)).DisposeAsync();
        var keys = Directory.GetFiles(Path.Combine(directory, "keys"));

        var refused = await Assert.ThrowsAsync<StartException>(() => StartAsync(Another));

        Assert.StartsWith("Master:KeyFile (or Master:Key) is not the key", refused.Message, StringComparison.Ordinal);
        Assert.Equal(keys, Directory.GetFiles(Path.Combine(directory, "keys")));
        await (await StartAsync(Key)).DisposeAsync();
    }

    [Fact]
    public async Task Of_two_replicas_that_start_together_with_a_key_each_one_is_refused()
    {
        await PostgresServer.Shared.StartAsync();
        var starts = new[] { Key, Another }.Select(key => StartAsync(key, ("Storage:Postgres", PostgresServer.Shared.ConnectionString(directory)))).ToList();

        await Task.WhenAll(starts).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.IsType<StartException>(Assert.Single(starts, start => start.IsFaulted).Exception!.InnerException);
        await (await Assert.Single(starts, start => start.IsCompletedSuccessfully)).DisposeAsync();
        Assert.Single(Directory.GetFiles(Path.Combine(directory, "keys"), "key-*.xml"));
    }

    private Task<RestServer> StartAsync(string key, params (string, string)[] more) =>
        RestServer.StartAsync([("Storage:Directory", directory), ("Master:Key", key), .. more]);

    private sealed class Awaited : ILogger<SchemaAtStart>
    {
        public TaskCompletionSource<string> Line { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == "storage.awaited")
            {
                Line.TrySetResult(formatter(state, exception));
            }
        }
    }
}
