using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Shared.Faults;

namespace Shared.Storage;

/// <summary>
/// One SQLite file in WAL mode that is on disk when a commit returns (synchronous FULL). Readers run beside the one writer;
/// writers of this process queue here, and share commits, instead of spinning on SQLite's lock.
/// </summary>
internal sealed class Database : IDisposable
{
    // As many as read at once, now and then; each keeps what it has read of the schema and the file.
    private const int MostIdle = 16;

    private readonly string connectionString;
    private readonly CommitQueue writer;
    private readonly ConcurrentBag<StatementConnection> idle = [];
    private volatile bool disposed;

    public Database(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        connectionString = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30, Pooling = false }.ToString();
        writer = new(() => OpenAsync(CancellationToken.None));
    }

    /// <summary>Creates what is missing; <paramref name="schema"/> is idempotent SQL.</summary>
    public async Task CreateAsync(string schema, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        await ExecuteAsync(connection, "PRAGMA journal_mode = WAL;" + schema, ct);
    }

    /// <summary>Adds a column to a table that an earlier version has made without it.</summary>
    public async Task AddColumnAsync(string table, string column, string definition, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        await using var transaction = connection.BeginTransaction(deferred: false);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM pragma_table_info(@table) WHERE name = @column";
        command.Parameters.AddWithValue("@table", table);
        command.Parameters.AddWithValue("@column", column);
        if ((long?)await command.ExecuteScalarAsync(ct) == 0)
        {
            await ExecuteAsync(connection, $"ALTER TABLE {table} ADD COLUMN {column} {definition}", ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>Answers a question about one state of the database, however many statements it takes.</summary>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> query, CancellationToken ct)
    {
        var connection = idle.TryTake(out var open) ? open : await OpenAsync(ct);
        var broken = false;
        try
        {
            connection.Execute("BEGIN");
            var result = await query(connection);
            connection.Execute("COMMIT");
            return result;
        }
        catch (FaultException)
        {
            connection.Execute("ROLLBACK");
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

    /// <summary>Changes something as a whole; it is on disk when this returns, and undone when <paramref name="work"/> throws.</summary>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct) => WriteAsync(work, static _ => { }, ct);

    /// <summary>The same; <paramref name="committed"/> is told of the result before the next transaction begins, so in the order of the changes.</summary>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Action<T> committed, CancellationToken ct) => writer.WriteAsync(work, committed, ct);

    public Task WriteAsync(Func<DbConnection, Task> work, CancellationToken ct) =>
        WriteAsync(
            async connection =>
            {
                await work(connection);
                return 0;
            },
            ct);

    public void Dispose()
    {
        disposed = true;
        writer.Dispose();
        CloseIdle();
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

    private async Task<StatementConnection> OpenAsync(CancellationToken ct)
    {
        var connection = new StatementConnection(connectionString);
        try
        {
            await connection.OpenAsync(ct);
            await ExecuteAsync(connection, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 30000; PRAGMA wal_autocheckpoint = 4000;", ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandType = CommandType.Text;
        await command.ExecuteNonQueryAsync(ct);
    }
}
