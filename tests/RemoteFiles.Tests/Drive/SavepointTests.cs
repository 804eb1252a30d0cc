using Dapper;
using Shared.Storage;
using Tests;

namespace RemoteFiles.Tests.Drive;

/// <summary>What SQLite keeps of a savepoint, to undo it: in memory where it is little.</summary>
[Collection(AloneCollection.Name)]
public sealed class SavepointTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("bridge-savepoint-");

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_what_is_not_small_is_kept_in_a_file(bool areSmall)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "open files are listed by Linux");
        using var engine = new SqliteEngine(Path.Combine(directory.FullName, "data.db"));
        await engine.PrepareAsync(TestContext.Current.CancellationToken);
        using var writer = await engine.OpenWriterAsync();
        await writer.BeginAsync(!areSmall);
        await writer.Connection.ExecuteAsync(
            """
            CREATE TABLE pages (id INTEGER PRIMARY KEY, bytes BLOB);
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 300)
            INSERT INTO pages SELECT n, zeroblob(3000) FROM number;
            """);
        await writer.CommitAsync();

        await writer.BeginAsync(areSmall);
        await writer.MarkAsync();
        await writer.Connection.ExecuteAsync("UPDATE pages SET bytes = randomblob(3000)");

        Assert.Equal(areSmall, TemporaryFiles().Count == 0);
        await writer.UndoToMarkAsync();
        Assert.Equal(300, await writer.Connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM pages WHERE bytes = zeroblob(3000)"));
        await writer.CommitAsync();
    }

    // By the names that SQLite gives them.
    private static List<string> TemporaryFiles() =>
        [.. Directory.EnumerateFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget ?? "").Where(target => target.Contains("etilqs_", StringComparison.Ordinal))];
}
