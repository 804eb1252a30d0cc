using Shared.Documents;
using Shared.Storage;

namespace Migration.Tracking;

/// <summary>The tables; made at the start, before anything asks for them. Times are Unix milliseconds.</summary>
internal sealed class TrackingSchema(Database database) : IHostedLifecycleService
{
    // migrations_active is the rule "one in flight for each instance".
    // A file's or folder's outcome: pending, imported, already_there, renamed, excluded, failed or gone. For a folder, pending means that it was not listed whole yet.
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS migrations (
            id TEXT PRIMARY KEY,
            instance TEXT NOT NULL,
            rev TEXT NOT NULL,
            account_id TEXT NOT NULL,
            status TEXT NOT NULL,
            document TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            cancel_requested INTEGER NOT NULL DEFAULT 0,
            lease_owner TEXT,
            lease_until INTEGER
        );
        CREATE UNIQUE INDEX IF NOT EXISTS migrations_active ON migrations (instance) WHERE status IN ('pending', 'running');
        CREATE INDEX IF NOT EXISTS migrations_waiting ON migrations (created_at) WHERE status IN ('pending', 'running');

        CREATE TABLE IF NOT EXISTS removed_migrations (instance TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (instance, id));

        CREATE TABLE IF NOT EXISTS migration_files (
            number INTEGER PRIMARY KEY,
            migration TEXT NOT NULL REFERENCES migrations (id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            parent INTEGER,
            is_folder INTEGER NOT NULL,
            source_id TEXT NOT NULL,
            etag TEXT NOT NULL,
            size INTEGER NOT NULL,
            modified_at INTEGER,
            outcome TEXT NOT NULL DEFAULT 'pending',
            attempts INTEGER NOT NULL DEFAULT 0,
            message TEXT,
            failed_at INTEGER,
            drive_id TEXT,
            drive_name TEXT,
            sha256 TEXT
        );
        CREATE UNIQUE INDEX IF NOT EXISTS migration_files_path ON migration_files (migration, path);
        CREATE INDEX IF NOT EXISTS migration_files_outcome ON migration_files (migration, outcome, is_folder, number);
        CREATE INDEX IF NOT EXISTS migration_files_source ON migration_files (migration, source_id);
        """;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await database.CreateAsync(Tables, cancellationToken);
        foreach (var (column, definition) in LedgerTable.AddedColumns)
        {
            await database.AddColumnAsync("migration_files", column, definition, cancellationToken);
        }

        await database.CreateAsync(CleanupTable.Schema, cancellationToken);
        await database.CreateAsync(PredictionTable.Schema, cancellationToken);
        await database.CreateAsync(DocumentStore.Schema, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
