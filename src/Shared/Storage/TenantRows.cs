using System.Data.Common;
using Dapper;

namespace Shared.Storage;

/// <summary>Removes what a database holds of an instance: its rows in every table that has a column <c>instance</c>, whichever those are.</summary>
internal static class TenantRows
{
    private const int RowsAtOnce = 1000;

    /// <param name="database">Where.</param>
    /// <param name="instance">Whose.</param>
    /// <param name="discard">Told of the contents that the removed rows have named, a thousand at a time.</param>
    /// <param name="ct">Stops between two steps; once more goes on from there.</param>
    public static async Task RemoveAsync(Database database, string instance, Func<IReadOnlyList<string>, Task> discard, CancellationToken ct)
    {
        foreach (var table in (await database.ReadAsync(db => db.QueryAsync<Table>(database.Dialect.TenantTables), ct)).AsList())
        {
            while (await database.WriteAsync(db => RemoveSomeAsync(db, table, database.Dialect.RowAddress, instance), ct) is { Count: > 0 } removed)
            {
                await discard([.. removed.OfType<string>()]);
            }
        }
    }

    private static async Task<List<string?>> RemoveSomeAsync(DbConnection db, Table table, string address, string instance)
    {
        var some = $"""
            DELETE FROM {table.Name} WHERE {address} IN (SELECT {address} FROM {table.Name} WHERE instance = @instance LIMIT {RowsAtOnce})
            RETURNING {(table.HasBlobs ? "blob_id" : "NULL")}
            """;
        return (await db.QueryAsync<string?>(some, new { instance })).AsList();
    }

    private sealed record Table
    {
        public string Name { get; init; } = "";

        public bool HasBlobs { get; init; }
    }
}
