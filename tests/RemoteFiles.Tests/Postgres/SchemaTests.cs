using Dapper;
using Shared.Storage;
using Tests.Storage;

namespace RemoteFiles.Tests.Postgres;

/// <summary>The versions of a schema: who works on which, and what each says otherwise.</summary>
public sealed class SchemaTests : IAsyncLifetime
{
    private static readonly string[] Scripts =
    [
        "-- One.\nCREATE TABLE facts (number INTEGER PRIMARY KEY, fact TEXT NOT NULL);\nINSERT INTO facts (fact) VALUES ('first');\n",
        "ALTER TABLE facts ADD COLUMN IF NOT EXISTS source TEXT;\n",
        "CREATE INDEX facts_source ON facts (source);",
    ];

    private readonly string directory = Directory.CreateTempSubdirectory("schema-").FullName;
    private readonly List<Database> opened = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await PostgresServer.Shared.StartAsync();

    public ValueTask DisposeAsync()
    {
        opened.ForEach(database => database.Dispose());
        Directory.Delete(directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Scripts_run_once_in_order_and_also_when_several_start_at_once(bool isPostgres)
    {
        var before = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Of(Open(isPostgres), 1).MigrateAsync(Ct)));
        Assert.Equal([0, 1, 1, 1], before.Order());
        Assert.Equal(1, await Of(Open(isPostgres), 3).MigrateAsync(Ct));
        Assert.Equal(3, await Of(Open(isPostgres), 3).MigrateAsync(Ct));

        Assert.Equal("first", await Open(isPostgres).ReadAsync(db => db.QuerySingleAsync<string>("SELECT fact FROM facts WHERE source IS NULL"), Ct));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_works_on_the_schema_of_the_next_one_and_on_no_other(bool isPostgres)
    {
        var database = Open(isPostgres);
        Assert.Equal(
            "the schema of the database has version 0, and this program needs 1: run it once with --migrate-schema",
            (await Assert.ThrowsAsync<SchemaException>(() => UncheckedAsync(database))).Message);
        await Of(database, 2).MigrateAsync(Ct);
        await Of(database, 1).CheckAsync(Ct);
        Assert.Equal(2, await Of(database, 1).MigrateAsync(Ct));

        await Of(database, 3).MigrateAsync(Ct);
        foreach (var start in new[] { Of(database, 1).CheckAsync(Ct), Of(database, 1).MigrateAsync(Ct) })
        {
            Assert.Equal("the schema of the database has version 3, and this program works with at most 2: it is too old", (await Assert.ThrowsAsync<SchemaException>(() => start)).Message);
        }
    }

    [Fact]
    public async Task A_file_of_before_the_scripts_gets_the_columns_that_it_lacks()
    {
        var database = Open(isPostgres: false);
        await database.WriteAsync(db => db.ExecuteAsync("CREATE TABLE instances (domain TEXT PRIMARY KEY, locale TEXT NOT NULL, token_salt TEXT NOT NULL, passphrase TEXT NOT NULL, quota INTEGER, created_at INTEGER NOT NULL)"), Ct);

        Assert.Equal(0, await Schema.Of(database).MigrateAsync(Ct));

        Assert.Equal("profile", await database.ReadAsync(db => db.ExecuteScalarAsync<string>(Dialect.Sqlite.FindColumn, new { table = "instances", column = "profile" }), Ct));
    }

    private static async Task UncheckedAsync(Database database)
    {
        await database.PrepareAsync(Ct);
        await Of(database, 1).CheckAsync(Ct);
    }

    private static Schema Of(Database database, int version) => new(database, Scripts[..version]);

    private Database Open(bool isPostgres)
    {
        var database = Database.Open(new() { Directory = directory, Postgres = isPostgres ? PostgresServer.Shared.ConnectionString(directory) : "" }, "schema.db");
        opened.Add(database);
        return database;
    }
}
