using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;

namespace Shared.Storage;

/// <summary>
/// Copies all rows of a service, as they are at one moment, into a database that has its tables and nothing in them: from a file of
/// SQLite to PostgreSQL or back. A column that only one of them knows is left out.
/// </summary>
internal sealed class TableCopy(Database from, Database to)
{
    // Its own, and made of the scripts.
    private const string Versions = "schema_version";

    /// <param name="seeded">The tables into which the scripts of the schema put rows.</param>
    /// <param name="ct">Stops it; nothing was copied then.</param>
    public Task RunAsync(IReadOnlyCollection<string> seeded, CancellationToken ct) => from.ReadAsync(
        async source =>
        {
            await to.WriteAsync(
                async target =>
                {
                    foreach (var table in await TablesAsync(from, source, target))
                    {
                        await DemandEmptyAsync(target, table, seeded);
                        await target.ExecuteAsync($"DELETE FROM {table}");
                        await CopyAsync(source, target, table, ct);
                    }
                },
                ct);
            return true;
        },
        ct);

    /// <exception cref="SchemaException">There is something in it.</exception>
    public static Task DemandEmptyAsync(Database database, IReadOnlyCollection<string> seeded, CancellationToken ct) => database.ReadAsync(
        async db =>
        {
            foreach (var table in await db.QueryAsync<string>(database.Dialect.Tables))
            {
                await DemandEmptyAsync(db, table, table == Versions ? [Versions] : seeded);
            }

            return true;
        },
        ct);

    private static async Task DemandEmptyAsync(DbConnection db, string table, IReadOnlyCollection<string> seeded)
    {
        if (!seeded.Contains(table) && await db.ExecuteScalarAsync<bool>($"SELECT EXISTS (SELECT 1 FROM {table})"))
        {
            throw new SchemaException($"the database is not empty: there is something in {table}");
        }
    }

    // In the order of the scripts, in which nothing names what comes after it; that is known of SQLite.
    private static async Task<List<string>> TablesAsync(Database database, DbConnection source, DbConnection target)
    {
        var (ordered, others) = database.Dialect == Dialect.Sqlite ? (source, target) : (target, source);
        var tables = (await ordered.QueryAsync<string>(Dialect.Of(ordered).Tables)).AsList();
        var known = (await others.QueryAsync<string>(Dialect.Of(others).Tables)).ToHashSet();
        return tables.FindAll(table => table != Versions && known.Contains(table));
    }

    private static async Task CopyAsync(DbConnection source, DbConnection target, string table, CancellationToken ct)
    {
        var known = (await source.QueryAsync<Column>(Dialect.Of(source).Columns, new { table })).Select(column => column.Name).ToHashSet();
        var columns = (await target.QueryAsync<Column>(Dialect.Of(target).Columns, new { table })).Where(column => known.Contains(column.Name)).ToList();
        var names = string.Join(", ", columns.Select(column => column.Name));
        await using var rows = await source.ExecuteReaderAsync($"SELECT {names} FROM {table}");
        if (target is PortableConnection postgres)
        {
            await ImportAsync(rows, postgres, table, names, columns, ct);
        }
        else
        {
            await InsertAsync(rows, target, $"INSERT INTO {table} ({names}) VALUES ({string.Join(", ", columns.Select((_, i) => NameOf(i)))})", ct);
        }
    }

    private static async Task ImportAsync(DbDataReader rows, PortableConnection target, string table, string names, List<Column> columns, CancellationToken ct)
    {
        await using (var import = await target.ImportAsync($"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)", ct))
        {
            while (await rows.ReadAsync(ct))
            {
                await import.StartRowAsync(ct);
                for (var i = 0; i < columns.Count; i++)
                {
                    await (rows.IsDBNull(i) ? import.WriteNullAsync(ct) : columns[i].Type switch
                    {
                        "bigint" => import.WriteAsync(rows.GetInt64(i), ct),
                        "smallint" => import.WriteAsync(rows.GetInt16(i), ct),
                        "boolean" => import.WriteAsync(rows.GetBoolean(i), ct),
                        "bytea" => import.WriteAsync(rows.GetFieldValue<byte[]>(i), ct),
                        _ => import.WriteAsync(rows.GetString(i), ct),
                    });
                }
            }

            await import.CompleteAsync(ct);
        }

        // Numbers that count by themselves go on after the last.
        foreach (var counted in columns.Where(column => column.IsCounted))
        {
            await target.ExecuteAsync(
                $"SELECT setval(pg_get_serial_sequence('{table}', '{counted.Name}'), (SELECT MAX({counted.Name}) FROM {table})) WHERE EXISTS (SELECT 1 FROM {table})");
        }
    }

    private static async Task InsertAsync(DbDataReader rows, DbConnection target, string sql, CancellationToken ct)
    {
        await using var insert = target.CreateCommand();
        insert.CommandText = sql;
        for (var i = 0; i < rows.FieldCount; i++)
        {
            var value = insert.CreateParameter();
            value.ParameterName = NameOf(i);
            insert.Parameters.Add(value);
        }

        while (await rows.ReadAsync(ct))
        {
            for (var i = 0; i < rows.FieldCount; i++)
            {
                insert.Parameters[i].Value = rows.GetValue(i);
            }

            await insert.ExecuteNonQueryAsync(ct);
        }
    }

    private static string NameOf(int column) => string.Create(CultureInfo.InvariantCulture, $"@c{column}");

    private sealed record Column
    {
        public string Name { get; init; } = "";

        public string Type { get; init; } = "";

        public bool IsCounted { get; init; }
    }
}
