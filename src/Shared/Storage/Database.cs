using System.Data.Common;
using Dapper;

namespace Shared.Storage;

/// <summary>
/// What a service keeps. Readers see one state of it, beside the one writer; writers of this process queue here, and share commits.
/// What is committed is on disk.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly StorageEngine engine;
    private readonly CommitQueue writer;

    public Database(StorageEngine engine)
    {
        this.engine = engine;
        writer = new(engine.OpenWriterAsync);
    }

    /// <summary>In a file of its own.</summary>
    public Database(string file)
        : this(new SqliteEngine(file))
    {
    }

    public Dialect Dialect => engine.Dialect;

    /// <summary>The same twice: nobody has committed anything between. Null where that is not known at once.</summary>
    public CommitMark? LastCommit => engine.LastCommit;

    /// <summary>Is what a table held at one commit what it held at the other? False also where that is not known.</summary>
    public bool IsUnchanged(string table, CommitMark since, CommitMark now) => engine.RecentCommits.HaveSpared(table, since, now);

    /// <summary>In PostgreSQL where the options name one, else in a file of this name.</summary>
    public static Database Open(StorageOptions options, string name) =>
        options.Postgres.Length > 0 ? new(new PostgresEngine(options)) : new(options.FileOf(name));

    /// <summary>Makes it ready for its first table.</summary>
    public Task PrepareAsync(CancellationToken ct) => engine.PrepareAsync(ct);

    /// <summary>For who only looks: nothing is made where nothing is.</summary>
    /// <exception cref="SchemaException">The table is not there.</exception>
    public async Task DemandAsync(string table, CancellationToken ct)
    {
        if (!engine.IsThere || await ReadAsync(db => db.ExecuteScalarAsync<string?>(Dialect.FindTable, new { table }), ct) is null)
        {
            throw new SchemaException($"{engine.Place} holds no {table}: it is another one than the service has");
        }
    }

    /// <summary>Answers a question about one state of the database, however many statements it takes.</summary>
    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> query, CancellationToken ct) => engine.ReadAsync(query, ct);

    /// <summary>Changes something as a whole; it is on disk when this returns, and undone when <paramref name="work"/> throws.</summary>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken ct) => WriteAsync(work, static _ => { }, Haste.Soon, ct);

    /// <summary>The same; <paramref name="committed"/> is told of the result before the next transaction begins, so in the order of the changes.</summary>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Action<T> committed, CancellationToken ct) => WriteAsync(work, committed, Haste.Soon, ct);

    /// <summary>The same, as soon as <paramref name="haste"/> says.</summary>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, Action<T> committed, Haste haste, CancellationToken ct) => writer.WriteAsync(work, committed, haste, ct);

    public Task WriteAsync(Func<DbConnection, Task> work, CancellationToken ct) =>
        WriteAsync(
            async connection =>
            {
                await work(connection);
                return 0;
            },
            ct);

    /// <summary>Returns when nothing is open any more: a file of SQLite stands by itself then.</summary>
    public async Task CloseAsync()
    {
        Dispose();
        await writer.Ended;
    }

    public void Dispose()
    {
        writer.Dispose();
        engine.Dispose();
    }
}
