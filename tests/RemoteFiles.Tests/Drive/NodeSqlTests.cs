using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;
using RemoteFiles.Drive;
using Tests.Storage;

namespace RemoteFiles.Tests.Drive;

public sealed partial class NodeSqlTests : DriveTests
{
    // As many as one question names: of two, SQLite would find them by number whatever else is asked for.
    private static readonly string Numbers = $"({string.Join(", ", Enumerable.Range(1, 500))})";

    public static TheoryData<string> Statements { get; } =
        [.. typeof(NodeSql).GetFields(BindingFlags.Static | BindingFlags.Public).Where(statement => statement.FieldType == typeof(string)).Select(statement => statement.Name), nameof(NodeSql.Way), nameof(NodeSql.GrowAll)];

    // One reader of all rows of an instance inside a recursion, and deleting a folder of 10,000 takes half a minute.
    [Theory]
    [MemberData(nameof(Statements))]
    public async Task A_statement_finds_its_rows_by_an_index(string name)
    {
        var statement = name switch
        {
            nameof(NodeSql.Way) => NodeSql.Way(NodeSql.MostNames),
            nameof(NodeSql.GrowAll) => NodeSql.GrowAll(NodeSql.MostGrown),
            _ => (string)typeof(NodeSql).GetField(name)!.GetRawConstantValue()!,
        };
        var sql = statement.Replace("IN @", "= @").Replace("{=fileIds}", Numbers).Replace("$", "@p");
        var parameters = new DynamicParameters();
        foreach (var parameter in Parameter().Matches(sql).Select(match => match.Value).Distinct())
        {
            parameters.Add(parameter);
        }

        if (TestEngine.IsPostgres)
        {
            // Of tables that are empty it would read all: here it reads so only what it can find no other way.
            var steps = await Test.Store.Database.WriteAsync(
                async db =>
                {
                    await db.ExecuteAsync("SET LOCAL enable_seqscan = off");
                    return (await db.QueryAsync<string>("EXPLAIN " + sql, parameters)).ToList();
                },
                Ct);
            Assert.DoesNotContain(steps, step => step.Contains("Seq Scan on nodes", StringComparison.Ordinal));
            return;
        }

        var plan = await Test.Store.Database.ReadAsync(async db => (await db.QueryAsync("EXPLAIN QUERY PLAN " + sql, parameters)).ToList(), Ct);

        Assert.True(!sql.Contains(Numbers, StringComparison.Ordinal) || plan.Exists(row => ((string)row.detail).Contains("(file_id=?)", StringComparison.Ordinal)));
        Assert.DoesNotContain(plan.Select(row => (string)row.detail), step => ReadsAll().IsMatch(step));
    }

    [GeneratedRegex(@"@\w+")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"SCAN (n|nodes)\b|\b(n|nodes) USING .*\(instance=\?\)")]
    private static partial Regex ReadsAll();
}
