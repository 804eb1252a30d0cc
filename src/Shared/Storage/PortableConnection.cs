using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using Shared.Faults;

namespace Shared.Storage;

/// <summary>
/// A connection to PostgreSQL that takes the statements of SQLite's: Dapper writes the values of a list into them, which it does
/// not for Npgsql's own type, and text that PostgreSQL cannot hold is the fault of who sends it.
/// </summary>
internal sealed class PortableConnection(NpgsqlConnection inner) : DbConnection, IPlacedStatements
{
    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => throw new NotSupportedException();
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    public override void Open() => throw new NotSupportedException();

    /// <summary>Rows in PostgreSQL's own form.</summary>
    public Task<NpgsqlBinaryImporter> ImportAsync(string copy, CancellationToken ct) => inner.BeginBinaryImportAsync(copy, ct);

    public async Task RunAsync(string sql, params object?[] values)
    {
        await using var command = Placed(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T?> FindAsync<T>(string sql, Func<IRow, T> read, params object?[] values) => (await ListAsync(sql, read, values)).FirstOrDefault();

    public async Task<List<T>> ListAsync<T>(string sql, Func<IRow, T> read, params object?[] values)
    {
        await using var command = Placed(sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        var row = new ReaderRow(reader);
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(row));
        }

        return rows;
    }

    /// <summary>Whoever opened it closes it.</summary>
    public override void Close()
    {
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => new Statement(inner.CreateCommand());

    private Statement Placed(string sql, object?[] values)
    {
        var command = inner.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return new(command);
    }

    private sealed class Statement(NpgsqlCommand command) : DbCommand
    {
        [AllowNull]
        public override string CommandText
        {
            get => command.CommandText;
            set => command.CommandText = value;
        }

        public override int CommandTimeout
        {
            get => command.CommandTimeout;
            set => command.CommandTimeout = value;
        }

        public override CommandType CommandType
        {
            get => command.CommandType;
            set => command.CommandType = value;
        }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; }

        protected override DbTransaction? DbTransaction { get; set; }

        protected override DbParameterCollection DbParameterCollection => command.Parameters;

        private NpgsqlCommand Ready => command.Parameters.All(parameter => parameter.Value is not string text || !text.Contains('\0', StringComparison.Ordinal))
            ? command
            : throw new FaultException(Fault.Malformed, "there is a NUL in the text");

        public override void Cancel() => command.Cancel();

        public override void Prepare() => command.Prepare();

        public override int ExecuteNonQuery() => Ready.ExecuteNonQuery();

        public override object? ExecuteScalar() => Ready.ExecuteScalar();

        public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await Ready.ExecuteNonQueryAsync(cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ProgramLimitExceeded)
            {
                // What is looked up by an index has its limit there: about 2,700 bytes that do not compress.
                throw new FaultException(Fault.Malformed, "a text is too long to be looked up by", e);
            }
        }

        public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => Ready.ExecuteScalarAsync(cancellationToken);

        protected override DbParameter CreateDbParameter() => command.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Ready.ExecuteReader(behavior);

        protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
            await Ready.ExecuteReaderAsync(behavior, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                command.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
