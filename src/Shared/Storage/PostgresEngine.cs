using System.Data;
using System.Data.Common;
using Npgsql;

namespace Shared.Storage;

/// <summary>
/// A schema of a PostgreSQL database, whose readers and writers may be many processes. A writer holds one advisory lock of the schema
/// from before its first look to its commit: what it has read is still so when it writes, as in the file of one process.
/// </summary>
internal sealed class PostgresEngine : StorageEngine
{
    // What holds the lock and is silent, or gone without a word, keeps nobody from writing for long; a commit is on disk; and no plan
    // that was made for a table of ten rows is kept until it has ten thousand.
    private const string Settings = """
        SET idle_in_transaction_session_timeout = '30s'; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
        SET plan_cache_mode = force_custom_plan;
        """;

    private readonly NpgsqlDataSource readers;
    private readonly NpgsqlDataSource writer;
    private readonly string? schema;

    public PostgresEngine(StorageOptions options)
    {
        // What the operator has written comes last, and counts.
        var settings = new NpgsqlConnectionStringBuilder("Maximum Pool Size=20;Max Auto Prepare=200;Auto Prepare Min Usages=2;" + options.Postgres)
        {
            NoResetOnClose = true,
            Enlist = false,
        };
        schema = settings.SearchPath?.Split(',')[0].Trim().Trim('"');
        readers = SourceOf(settings.ConnectionString, options.PostgresPasswordFile);
        settings.Pooling = false;
        writer = SourceOf(settings.ConnectionString, options.PostgresPasswordFile);
    }

    public override Dialect Dialect => Dialect.Postgres;

    public override string Place => $"the schema {schema ?? "public"} (Search Path) of the PostgreSQL database";

    public override CommitMark? LastCommit => null;

    /// <summary>Of two that come at the same moment, one makes the schema.</summary>
    public override async Task PrepareAsync(CancellationToken ct)
    {
        await using var connection = await writer.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, "SELECT pg_advisory_xact_lock(hashtextextended('bridge', 0))", ct);
        if ((await ScalarAsync(connection, "SHOW server_encoding", ct))?.ToString() is not "UTF8" and var encoding)
        {
            throw new SchemaException($"the PostgreSQL database has the encoding {encoding}, and must have UTF8");
        }

        if (schema is not null && await ScalarAsync(connection, $"SELECT 1 FROM pg_namespace WHERE nspname = '{schema.Replace("'", "''")}'", ct) is null)
        {
            await ExecuteAsync(connection, $"CREATE SCHEMA \"{schema.Replace("\"", "\"\"")}\"", ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>A connection that broke while nobody used it is no reason to fail: a question changes nothing, and is asked once more.</summary>
    public override async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> query, CancellationToken ct)
    {
        try
        {
            return await ReadOnceAsync(query, ct);
        }
        catch (NpgsqlException e) when (e.IsTransient && !ct.IsCancellationRequested)
        {
            readers.Clear();
            return await ReadOnceAsync(query, ct);
        }
    }

    public override async Task<WriteConnection> OpenWriterAsync() => new PostgresWriter(await writer.OpenConnectionAsync());

    // What is still in the queue is written over a connection that is open, or opened, after this.
    public override void Dispose() => readers.Dispose();

    private async Task<T> ReadOnceAsync<T>(Func<DbConnection, Task<T>> query, CancellationToken ct)
    {
        await using var connection = await readers.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await using var portable = new PortableConnection(connection);
        var result = await query(portable);
        await transaction.CommitAsync(ct);
        return result;
    }

    private static NpgsqlDataSource SourceOf(string connectionString, string passwordFile)
    {
        var source = new NpgsqlDataSourceBuilder(connectionString);
        if (passwordFile.Length > 0)
        {
            // Read for each connection: who changes the password need not start anything again.
            source.UsePasswordProvider(_ => File.ReadAllText(passwordFile).Trim(), async (_, ct) => (await File.ReadAllTextAsync(passwordFile, ct)).Trim());
        }

        source.UsePhysicalConnectionInitializer(
            connection => throw new NotSupportedException("connections are opened without blocking"),
            connection => ExecuteAsync(connection, Settings, CancellationToken.None));
        return source.Build();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct);
    }
}
