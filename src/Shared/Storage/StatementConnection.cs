using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Shared.Storage;

/// <summary>A connection that keeps what it has compiled: most statements are run again, and compiling one costs more than running it.</summary>
internal sealed class StatementConnection(string connectionString) : SqliteConnection(connectionString), IPlacedStatements
{
    private const int MostKept = 200;
    private readonly Dictionary<string, SqliteCommand> kept = [];
    private readonly Dictionary<string, SqliteStatement> placed = [];

    public void Execute(string sql)
    {
        using var command = CreateDbCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public Task RunAsync(string sql, params object?[] values) => ListAsync(sql, static _ => true, values);

    public Task<T?> FindAsync<T>(string sql, Func<IRow, T> read, params object?[] values)
    {
        var statement = Placed(sql);
        try
        {
            statement.Bind(values);
            return Task.FromResult(statement.Step() ? read(statement) : default);
        }
        finally
        {
            statement.Reset();
        }
    }

    public Task<List<T>> ListAsync<T>(string sql, Func<IRow, T> read, params object?[] values)
    {
        var statement = Placed(sql);
        try
        {
            statement.Bind(values);
            var rows = new List<T>();
            while (statement.Step())
            {
                rows.Add(read(statement));
            }

            return Task.FromResult(rows);
        }
        finally
        {
            statement.Reset();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var statement in placed.Values)
            {
                statement.Dispose();
            }

            placed.Clear();
        }

        base.Dispose(disposing);
    }

    protected override DbCommand CreateDbCommand() => new Statement(this);

    // Their texts are constants: there are as many as the code has.
    private SqliteStatement Placed(string sql) => placed.TryGetValue(sql, out var known) ? known : placed[sql] = new(Handle!, sql);

    // One at a time: a statement that is being read from cannot be run a second time.
    private SqliteCommand Take(string sql) => kept.Remove(sql, out var known) ? known : new SqliteCommand(sql, this);

    private void GiveBack(SqliteCommand command)
    {
        command.Parameters.Clear();
        if (kept.Count >= MostKept || !kept.TryAdd(command.CommandText, command))
        {
            command.Dispose();
        }
    }

    /// <summary>Stands for the kept command with its text; Dapper makes a new one for each call.</summary>
    private sealed class Statement(StatementConnection connection) : DbCommand
    {
        private SqliteCommand? inner;
        private bool isOften = true;

        [AllowNull]
        public override string CommandText
        {
            get => inner?.CommandText ?? "";
            set
            {
                if (inner is null)
                {
                    inner = connection.Take(value ?? "");
                    return;
                }

                // A list was written into the text: hardly ever the same again.
                isOften = false;
                inner.CommandText = value;
            }
        }

        public override int CommandTimeout
        {
            get => Inner.CommandTimeout;
            set => Inner.CommandTimeout = value;
        }

        public override CommandType CommandType
        {
            get => Inner.CommandType;
            set => Inner.CommandType = value;
        }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection
        {
            get => connection;
            set => throw new NotSupportedException();
        }

        protected override DbTransaction? DbTransaction { get; set; }

        protected override DbParameterCollection DbParameterCollection => Inner.Parameters;

        private SqliteCommand Inner => inner ?? throw new InvalidOperationException("a command begins with its text");

        public override void Cancel() => Inner.Cancel();

        public override void Prepare() => Inner.Prepare();

        public override int ExecuteNonQuery() => Inner.ExecuteNonQuery();

        public override object? ExecuteScalar() => Inner.ExecuteScalar();

        protected override DbParameter CreateDbParameter() => Inner.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Inner.ExecuteReader(behavior);

        protected override void Dispose(bool disposing)
        {
            if (disposing && inner is not null)
            {
                if (isOften)
                {
                    connection.GiveBack(inner);
                }
                else
                {
                    inner.Dispose();
                }

                inner = null;
            }

            base.Dispose(disposing);
        }
    }
}
