using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Dapper;
using Operations;

namespace Shared.Storage;

/// <summary>
/// The tables of a service: numbered scripts, each of which runs once, in order. A script only adds to what the one before left,
/// so that a program also works on the schema of the next one: replicas are replaced one by one.
/// </summary>
internal sealed partial class Schema(Database database, IReadOnlyList<string> scripts)
{
    private const string Versions = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";

    public long Version => scripts.Count;

    /// <summary>The scripts <c>Schema/0001.sql</c> and on of this service.</summary>
    public static Schema Of(Database database) => new(database, [.. Embedded()]);

    /// <summary>Runs what has not run yet; answers the version that was there before. Of two that come at once, the second finds it done.</summary>
    public async Task<long> MigrateAsync(CancellationToken ct)
    {
        await database.PrepareAsync(ct);
        var found = await FindAsync(ct);
        Check(found);
        return found >= Version ? found : await database.WriteAsync(RunAsync, ct);
    }

    /// <exception cref="SchemaException">This program does not work on what is there.</exception>
    public async Task CheckAsync(CancellationToken ct)
    {
        var found = await FindAsync(ct);
        Check(found);
        if (found < Version)
        {
            throw new SchemaException(string.Create(
                CultureInfo.InvariantCulture, $"the schema of the database has version {found}, and this program needs {Version}: run it once with --migrate-schema"));
        }
    }

    private Task<long> FindAsync(CancellationToken ct) => database.ReadAsync(FindAsync, ct);

    private async Task<long> FindAsync(DbConnection db) =>
        await db.ExecuteScalarAsync<string?>(database.Dialect.FindTable, new { table = "schema_version" }) is null
            ? 0
            : await db.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(version), 0) FROM schema_version");

    private void Check(long found)
    {
        if (found > Version + 1)
        {
            throw new SchemaException(string.Create(
                CultureInfo.InvariantCulture, $"the schema of the database has version {found}, and this program works with at most {Version + 1}: it is too old"));
        }
    }

    private async Task<long> RunAsync(DbConnection db)
    {
        var found = await FindAsync(db);
        await db.ExecuteAsync(Versions);
        for (var version = found + 1; version <= Version; version++)
        {
            foreach (var statement in End().Split(database.Dialect.Script(scripts[(int)version - 1])))
            {
                await RunAsync(db, statement);
            }

            await db.ExecuteAsync("INSERT INTO schema_version (version) VALUES (@version)", new { version });
        }

        return found;
    }

    private async Task RunAsync(DbConnection db, string statement)
    {
        // The one sentence that only PostgreSQL has.
        if (AddedColumn().Match(statement) is { Success: true } added)
        {
            var column = new { table = added.Groups["table"].Value, column = added.Groups["column"].Value };
            statement = await db.ExecuteScalarAsync<string?>(database.Dialect.FindColumn, column) is null ? statement.Replace("IF NOT EXISTS ", "", StringComparison.Ordinal) : "";
        }

        if (statement.Length > 0)
        {
            await db.ExecuteAsync(statement);
        }
    }

    private static IEnumerable<string> Embedded()
    {
        var assembly = typeof(Schema).Assembly;
        for (var version = 1; assembly.GetManifestResourceStream(string.Create(CultureInfo.InvariantCulture, $"schema/{version:D4}")) is { } stream; version++)
        {
            using var reader = new StreamReader(stream);
            yield return reader.ReadToEnd();
        }
    }

    [GeneratedRegex(@";\s*(?:\n|$)")]
    private static partial Regex End();

    [GeneratedRegex(@"ALTER TABLE (?<table>\w+) ADD COLUMN IF NOT EXISTS (?<column>\w+)")]
    private static partial Regex AddedColumn();
}

/// <summary>What the operator has to know before this program can work on the database.</summary>
internal sealed class SchemaException(string message) : StartException(message);
