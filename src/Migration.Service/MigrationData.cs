using Shared.Storage;

namespace Migration;

/// <summary>What this service keeps, opened beside it by its settings.</summary>
internal sealed class MigrationData : IAsyncDisposable
{
    public const string DatabaseName = "migration.db";
    private readonly Database database;

    private MigrationData(Database database) => this.database = database;

    public Task CopyRowsAsync(MigrationData to, CancellationToken ct) => new TableCopy(database, to.database).RunAsync([], ct);

    public Task DemandEmptyAsync(CancellationToken ct) => TableCopy.DemandEmptyAsync(database, [], ct);

    /// <summary>Its tables are there when this returns, in a file of this name where the settings name no PostgreSQL.</summary>
    public static async Task<MigrationData> OpenAsync(IConfiguration settings, string name, CancellationToken ct)
    {
        var storage = settings.GetSection("Storage").Get<StorageOptions>() ?? new();
        var database = Database.Open(storage, name);
        var schema = Schema.Of(database);
        await (storage.CreateSchema ? schema.MigrateAsync(ct) : schema.CheckAsync(ct));
        return new(database);
    }

    /// <summary>The same, where there is one: nothing is made for who copies from it.</summary>
    public static async Task<MigrationData> OpenExistingAsync(IConfiguration settings, CancellationToken ct)
    {
        using (var database = Database.Open(settings.GetSection("Storage").Get<StorageOptions>() ?? new(), DatabaseName))
        {
            await database.DemandAsync("migrations", ct);
        }

        return await OpenAsync(settings, DatabaseName, ct);
    }

    public async ValueTask DisposeAsync() => await database.CloseAsync();
}
