using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using RemoteFiles.Drive;
using RemoteFiles.Drive.S3;
using RemoteFiles.Drive.Upkeep;
using Shared.Storage;

namespace RemoteFiles;

/// <summary>What this service keeps, opened beside it by its settings: the rows and the contents.</summary>
internal sealed class DriveData : IAsyncDisposable
{
    public const string DatabaseName = "remote-files.db";

    // Blobs, and the parts of those that were joined of several.
    private const string Stored = """
        SELECT blob_id AS BlobId, size AS Size FROM nodes
        WHERE blob_id NOT LIKE 'row-%' AND NOT EXISTS (SELECT 1 FROM blob_segments s WHERE s.blob_id = nodes.blob_id)
        UNION SELECT blob_id, size FROM node_versions
        WHERE blob_id NOT LIKE 'row-%' AND NOT EXISTS (SELECT 1 FROM blob_segments s WHERE s.blob_id = node_versions.blob_id)
        UNION SELECT blob_id, size FROM upload_parts
        UNION SELECT part_id, size FROM blob_segments
        """;

    private static readonly string[] Seeded = ["node_file_ids", "scrubs"];
    private readonly Database database;
    private readonly IBlobs blobs;

    private DriveData(Database database, IBlobs blobs) => (this.database, this.blobs) = (database, blobs);

    public Scrub Scrub() => new(database, blobs);

    /// <summary>A repair that may take from a backup what is lost here.</summary>
    public Repair Repair(DriveData? backup) => new(database, blobs, backup is null ? null : (backup.database, backup.blobs), TimeProvider.System);

    /// <summary>The contents that lie outside of the database.</summary>
    public async Task<IReadOnlyList<(string Id, long Size)>> ContentsAsync(CancellationToken ct) =>
        (await database.ReadAsync(db => db.QueryAsync<(string Id, long Size)>(Stored), ct)).AsList();

    /// <summary>Copies a content to where another drive keeps its own; false when it is not here.</summary>
    public async Task<bool> CopyAsync((string Id, long Size) content, DriveData to, CancellationToken ct)
    {
        await using var bytes = await blobs.OpenAsync(content.Id, content.Size, 0, ct);
        if (bytes is null)
        {
            return false;
        }

        await to.blobs.ImportAsync(content.Id, bytes, content.Size, ct);
        return true;
    }

    public Task CopyRowsAsync(DriveData to, CancellationToken ct) => new TableCopy(database, to.database).RunAsync(Seeded, ct);

    public Task DemandEmptyAsync(CancellationToken ct) => TableCopy.DemandEmptyAsync(database, Seeded, ct);

    /// <summary>Its tables are there when this returns, in a file of this name where the settings name no PostgreSQL.</summary>
    public static async Task<DriveData> OpenAsync(IConfiguration settings, string name, CancellationToken ct)
    {
        var storage = settings.GetSection("Storage").Get<StorageOptions>() ?? new();
        var database = Database.Open(storage, name);
        var schema = Schema.Of(database);
        await (storage.CreateSchema ? schema.MigrateAsync(ct) : schema.CheckAsync(ct));
        return new(database, BlobsOf(storage, settings.GetSection(S3Options.Section).Get<S3Options>() ?? new()));
    }

    /// <summary>The same, where there is one: nothing is made for who only looks, or copies from it.</summary>
    public static async Task<DriveData> OpenExistingAsync(IConfiguration settings, CancellationToken ct)
    {
        using (var database = Database.Open(settings.GetSection("Storage").Get<StorageOptions>() ?? new(), DatabaseName))
        {
            await database.DemandAsync("nodes", ct);
        }

        return await OpenAsync(settings, ct);
    }

    public static Task<DriveData> OpenAsync(IConfiguration settings, CancellationToken ct) => OpenAsync(settings, DatabaseName, ct);

    public async ValueTask DisposeAsync()
    {
        await database.CloseAsync();
        (blobs as IDisposable)?.Dispose();
    }

    private static IBlobs BlobsOf(StorageOptions storage, S3Options s3)
    {
        var directory = storage.FileOf("blobs");
        return s3.Bucket.Length > 0
            ? new S3Blobs(s3, Path.Combine(directory, "incoming"), TimeProvider.System, NullLogger.Instance)
            : new BlobDirectory(directory, TimeProvider.System);
    }
}
