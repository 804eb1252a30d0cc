using Dapper;
using Shared.Storage;
using Tests.Storage;

namespace RemoteFiles.Tests.Drive;

/// <summary>What was read is given again while it is true, and not a moment longer.</summary>
public sealed class RememberedTests : IAsyncLifetime
{
    private readonly string directory = Directory.CreateTempSubdirectory("remembered-").FullName;
    private Database database = null!;
    private int asked;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = TestEngine.Open(directory, "test.db");
        await database.PrepareAsync(Ct);
        await database.WriteAsync(
            async db =>
            {
                await db.ExecuteAsync("CREATE TABLE numbers (name TEXT PRIMARY KEY, value BIGINT NOT NULL)");
                await db.ExecuteAsync("INSERT INTO numbers (name, value) VALUES ('one', 1)");
            },
            Ct);
    }

    public ValueTask DisposeAsync()
    {
        database.Dispose();
        Directory.Delete(directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_was_read_is_asked_for_again_after_any_commit_and_always_where_others_write()
    {
        var known = Known(1000);

        Assert.Equal(1, await ReadAsync(known, "one"));
        Assert.Equal(1, await ReadAsync(known, "one"));
        Assert.Equal(TestEngine.IsPostgres ? 2 : 1, asked);

        await SetAsync(2);
        Assert.Equal(2, await ReadAsync(known, "one"));
        Assert.Equal(TestEngine.IsPostgres ? 3 : 2, asked);
    }

    [Fact]
    public async Task What_was_read_of_one_table_outlives_what_this_process_commits_to_others()
    {
        await database.WriteAsync(db => db.ExecuteAsync("CREATE TABLE others (value BIGINT NOT NULL)"), Ct);
        var known = Known(1000, "numbers");
        await ReadAsync(known, "one");
        for (var i = 0; i < 3; i++)
        {
            await database.WriteAsync(db => db.ExecuteAsync("INSERT INTO others (value) VALUES (1)"), Ct);
        }

        await ReadAsync(known, "one");
        Assert.Equal(TestEngine.IsPostgres ? 2 : 1, asked);

        await SetAsync(2);
        await database.WriteAsync(db => db.ExecuteAsync("INSERT INTO others (value) VALUES (1)"), Ct);
        Assert.Equal(2, await ReadAsync(known, "one"));
    }

    [Fact]
    public async Task A_change_that_came_with_another_one_or_by_a_reference_is_seen()
    {
        await database.WriteAsync(
            db => db.ExecuteAsync(
                """
                CREATE TABLE owners (id BIGINT PRIMARY KEY);
                CREATE TABLE owned (owner BIGINT NOT NULL REFERENCES owners (id) ON DELETE CASCADE);
                INSERT INTO owners (id) VALUES (1);
                INSERT INTO owned (owner) VALUES (1);
                """),
            Ct);
        var known = new Remembered<string, long>(database, "owned", 1000, (_, _) => 100);
        ValueTask<long> CountAsync() => known.ReadAsync("count", db => db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM owned"), Ct);
        Assert.Equal(1, await CountAsync());

        await database.WriteAsync(db => db.ExecuteAsync("UPDATE numbers SET value = 7; DELETE FROM owners WHERE id = 1"), Ct);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task What_another_process_has_committed_is_asked_for_too()
    {
        var known = Known(1000, "numbers");
        using var other = TestEngine.Open(directory, "test.db");

        for (var value = 2; value < 5; value++)
        {
            await other.WriteAsync(db => db.ExecuteAsync("UPDATE numbers SET value = @value", new { value }), Ct);
            Assert.Equal(value, await ReadAsync(known, "one"));
        }
    }

    [Fact]
    public async Task What_was_read_while_something_was_committed_is_not_kept()
    {
        var known = Known(1000);
        var read = await known.ReadAsync(
            "one",
            async db =>
            {
                var before = await ValueAsync(db, "one");
                await SetAsync(2);
                return before;
            },
            Ct);

        Assert.Equal(1, read);
        Assert.Equal(2, await ReadAsync(known, "one"));
    }

    [Fact]
    public async Task More_than_may_be_kept_is_forgotten_the_oldest_first()
    {
        var known = Known(1000);
        for (var i = 0; i < 11; i++)
        {
            await ReadAsync(known, $"{i}");
        }

        asked = 0;
        await ReadAsync(known, "10");
        Assert.Equal(TestEngine.IsPostgres ? 1 : 0, asked);
        await ReadAsync(known, "0");
        Assert.Equal(TestEngine.IsPostgres ? 2 : 1, asked);
    }

    [Fact]
    public async Task Nobody_reads_less_than_what_was_on_disk_before_he_asked()
    {
        const int last = 200;
        var known = Known(1000, "numbers");
        var written = 1L;
        async Task WriteAllAsync()
        {
            for (var value = 2; value <= last; value++)
            {
                await SetAsync(value);
                Volatile.Write(ref written, value);
            }
        }

        async Task ReadAllAsync()
        {
            for (var least = 0L; least < last;)
            {
                least = Math.Max(least, Volatile.Read(ref written));
                var read = await ReadAsync(known, "one");
                Assert.True(read >= least, $"{read} was read after {least}");
                least = read;
            }
        }

        await Task.WhenAll([Task.Run(WriteAllAsync, Ct), .. Enumerable.Range(0, 4).Select(_ => Task.Run(ReadAllAsync, Ct))]);
    }

    private Remembered<string, long> Known(long most, string? table = null) => new(database, table, most, (_, _) => 100);

    private ValueTask<long> ReadAsync(Remembered<string, long> known, string name) => known.ReadAsync(
        name,
        db =>
        {
            Interlocked.Increment(ref asked);
            return ValueAsync(db, name);
        },
        Ct);

    private static Task<long> ValueAsync(System.Data.Common.DbConnection db, string name) =>
        db.ExecuteScalarAsync<long>("SELECT COALESCE((SELECT value FROM numbers WHERE name = @name), 0)", new { name });

    private Task SetAsync(long value) => database.WriteAsync(db => db.ExecuteAsync("UPDATE numbers SET value = @value", new { value }), Ct);
}
