using System.Data;
using System.Data.Common;
using Dapper;

namespace Shared.Storage;

/// <summary>What SQLite finds wrong with its own file. PostgreSQL looks after its own (pg_amcheck).</summary>
internal static class Integrity
{
    private static readonly string[] OfAnIndex = [" missing from index ", "wrong # of entries in index ", "non-unique entry in index ", "never used"];

    /// <summary>Its sentences, none when all is well.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(Database database, CancellationToken ct)
    {
        if (database.Dialect != Dialect.Sqlite)
        {
            return [];
        }

        try
        {
            return [.. (await database.ReadAsync(db => db.QueryAsync<string>("PRAGMA integrity_check(10)"), ct)).Where(line => line != "ok")];
        }
        catch (DbException e)
        {
            return [e.Message];
        }
    }

    /// <summary>Whether all of it is gone once the indices are made anew, of rows that are whole.</summary>
    public static bool IsMendable(IReadOnlyList<string> found) => found.All(line => OfAnIndex.Any(part => line.Contains(part, StringComparison.Ordinal)));

    public static Task MendAsync(Database database, CancellationToken ct) => database.WriteAsync(db => db.ExecuteAsync("REINDEX", commandType: CommandType.Text), ct);
}
