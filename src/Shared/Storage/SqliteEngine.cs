using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Shared.Faults;
using SQLitePCL;

namespace Shared.Storage;

/// <summary>One file in WAL mode that is on disk when a commit returns (synchronous FULL). Readers run beside the one writer.</summary>
internal sealed class SqliteEngine : StorageEngine
{
    // As many as read at once, now and then; each keeps what it has read of the schema and the file.
    private const int MostIdle = 16;

    private readonly string file;
    private readonly string connectionString;
    private readonly ConcurrentBag<StatementConnection> idle = [];
    private readonly Lock door = new();
    private StatementConnection? watcher;
    private WalIndex? log;
    private volatile bool disposed;

    public SqliteEngine(string file)
    {
        this.file = file;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        connectionString = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30, Pooling = false }.ToString();
    }

    public override Dialect Dialect => Dialect.Sqlite;

    public override string Place => file;

    public override bool IsThere => File.Exists(file);

    public override CommitMark? LastCommit
    {
        get
        {
            lock (door)
            {
                return disposed ? null : (log ??= WalIndex.Of(watcher ??= Open()))?.Read();
            }
        }
    }

    public override async Task PrepareAsync(CancellationToken ct)
    {
        await using var connection = Open();
        connection.Execute("PRAGMA journal_mode = WAL");
    }

    public override async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> query, CancellationToken ct)
    {
        var connection = idle.TryTake(out var open) ? open : Open();
        var broken = false;
        try
        {
            await connection.RunAsync("BEGIN");
            var result = await query(connection);
            await connection.RunAsync("COMMIT");
            return result;
        }
        catch (FaultException)
        {
            await connection.RunAsync("ROLLBACK");
            throw;
        }
        catch
        {
            broken = true;
            throw;
        }
        finally
        {
            GiveBack(connection, broken);
        }
    }

    public override Task<WriteConnection> OpenWriterAsync() => Task.FromResult<WriteConnection>(new Writer(this, Open()));

    public override void Dispose()
    {
        disposed = true;
        CloseIdle();
        lock (door)
        {
            watcher?.Dispose();
        }
    }

    private void GiveBack(StatementConnection connection, bool broken)
    {
        if (!broken && idle.Count < MostIdle)
        {
            idle.Add(connection);
        }
        else
        {
            connection.Dispose();
        }

        if (disposed)
        {
            CloseIdle();
        }
    }

    private void CloseIdle()
    {
        while (idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

    private StatementConnection Open()
    {
        var connection = new StatementConnection(connectionString);
        try
        {
            connection.Open();
            connection.Execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 30000; PRAGMA wal_autocheckpoint = 4000;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private sealed class Writer : WriteConnection
    {
        private readonly SqliteEngine engine;
        private readonly StatementConnection connection;
        private readonly HashSet<string> changed = [];
        private CommitMark? before;
        private bool isMarked;
        private bool keepsInMemory;

        public Writer(SqliteEngine engine, StatementConnection connection)
        {
            (this.engine, this.connection) = (engine, connection);

            // Of each row; not of a table that is emptied whole, nor of one without row ids.
            raw.sqlite3_update_hook(connection.Handle, (_, _, _, table, _) => changed.Add(table.utf8_to_string()), null);
        }

        public override DbConnection Connection => connection;

        public override bool IsLost => false;

        // Not deferred: the write lock is taken now, not in the middle, where SQLite could only fail.
        public override async ValueTask BeginAsync(bool areSmall)
        {
            if (areSmall != keepsInMemory)
            {
                // The pages that a savepoint may have to bring back; past 64 KiB of them SQLite writes each to a file otherwise.
                await connection.RunAsync(areSmall ? "PRAGMA temp_store = MEMORY" : "PRAGMA temp_store = DEFAULT");
                keepsInMemory = areSmall;
            }

            await connection.RunAsync("BEGIN IMMEDIATE");
            before = engine.LastCommit;
            changed.Clear();
            isMarked = false;
        }

        public override async ValueTask MarkAsync()
        {
            await ReleaseAsync();
            await connection.RunAsync("SAVEPOINT one");
            isMarked = true;
        }

        public override ValueTask UndoToMarkAsync() => new(connection.RunAsync("ROLLBACK TO one"));

        public override async ValueTask CommitAsync()
        {
            await ReleaseAsync();
            await connection.RunAsync("COMMIT");
            if (before is { } then && engine.LastCommit is { } now)
            {
                engine.RecentCommits.Add(then, now, [.. changed]);
            }
        }

        public override void Dispose() => connection.Dispose();

        private Task ReleaseAsync() => isMarked ? connection.RunAsync("RELEASE one") : Task.CompletedTask;
    }
}
