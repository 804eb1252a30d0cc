using System.Data;
using System.Data.Common;
using Npgsql;

namespace Shared.Storage;

/// <summary>
/// Transactions under the lock of the schema. Each step is one message: who waits for the lock waits for all of them. That a savepoint
/// is released before a commit is also the proof that nothing failed unseen: PostgreSQL would answer such a COMMIT with a rollback.
/// </summary>
internal sealed class PostgresWriter(NpgsqlConnection inner) : WriteConnection
{
    private const string Begin = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended(COALESCE(current_schema(), ''), 0)); SAVEPOINT one";
    private readonly PortableConnection connection = new(inner);
    private bool isUsed;

    public override DbConnection Connection => connection;

    public override bool IsLost => inner.FullState != ConnectionState.Open;

    public override async ValueTask BeginAsync(bool areSmall)
    {
        await ExecuteAsync(Begin);
        isUsed = false;
    }

    public override async ValueTask MarkAsync()
    {
        if (isUsed)
        {
            await ExecuteAsync("RELEASE SAVEPOINT one; SAVEPOINT one");
        }

        isUsed = true;
    }

    public override async ValueTask UndoToMarkAsync()
    {
        await ExecuteAsync("ROLLBACK TO SAVEPOINT one");
        isUsed = false;
    }

    public override async ValueTask CommitAsync() => await ExecuteAsync("RELEASE SAVEPOINT one; COMMIT");

    public override void Dispose() => inner.Dispose();

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, inner);
        await command.ExecuteNonQueryAsync();
    }
}
