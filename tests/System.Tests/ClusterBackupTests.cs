using System.Security.Cryptography;
using System.Text.Json;
using Bridge;
using Npgsql;
using StandIn;
using Tests.Storage;

namespace SystemTests;

/// <summary>Backup, restore, verify and repair of services whose rows lie in PostgreSQL and whose contents lie in a bucket.</summary>
public sealed class ClusterBackupTests
{
    [Fact]
    public async Task A_backup_under_load_comes_back_to_another_database_and_bucket_or_to_one_machine()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var bucket = new SwiftServer();
        await bucket.StartAsync();
        await using var postgres = PostgresServer.New();
        await postgres.StartAsync();
        using var work = new Work();
        var (one, other) = (new Place(bucket, postgres, work.Path, "one"), new Place(bucket, postgres, work.Path, "other"));
        await using var services = await ThreeServices.StartAsync(one.Environment, ct);
        using var alma = await services.AddInstanceAsync("alma", ct);
        var files = new Dictionary<string, byte[]> { ["small"] = RandomNumberGenerator.GetBytes(100), ["large"] = RandomNumberGenerator.GetBytes(300_000) };
        foreach (var (name, bytes) in files)
        {
            await alma.UploadAsync("io.cozy.files.root-dir", name, new MemoryStream(bytes), bytes.Length, ct);
        }

        // Both sides change meanwhile.
        var backup = Path.Combine(work.Path, "backup");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var load = PassingFiles.ComeAndGoAsync(alma, enough.Token);
        for (var i = 0; i < 2; i++)
        {
            var done = await RunAsync(0, ct, "backup", backup, "--settings", one.SettingsFile);
            Assert.Contains("keep the master key", done.Output, StringComparison.Ordinal);
            await RunAsync(0, ct, "verify", "--data", backup);
        }

        await RunAsync(0, ct, "verify", "--settings", one.SettingsFile);
        await enough.CancelAsync();
        Assert.True(await load > 5, "nothing changed meanwhile");
        await services.StopAsync();

        await RunAsync(0, ct, "restore", backup, "--settings", other.SettingsFile);
        Assert.Contains("not empty", (await RunAsync(ExitCodes.Refused, ct, "restore", backup, "--settings", other.SettingsFile)).Errors, StringComparison.Ordinal);
        Assert.NotEmpty(await File.ReadAllTextAsync(Path.Combine(other.Directory, "data-fingerprint"), ct));
        await services.StartAgainAsync(other.Environment, ct);
        using var again = await services.ClientAsync("alma", ct);
        await AssertFilesAsync(again, files, ct);

        // What is new goes on after the last number, and where nothing was.
        await again.UploadAsync("io.cozy.files.root-dir", "new", new MemoryStream(files["small"]), 100, ct);
        await RunAsync(0, ct, "restore", backup, "--data", Path.Combine(work.Path, "machine"));

        await FlipAsync(bucket, "other/", ct);
        Assert.Contains("/large: its content is damaged", (await RunAsync(ExitCodes.Damaged, ct, "verify", "--settings", other.SettingsFile)).Output, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => AssertFilesAsync(again, files, ct));
        await RunAsync(0, ct, "repair", "--settings", other.SettingsFile, "--from", backup, "--yes");
        await AssertFilesAsync(again, files, ct);
        await RunAsync(0, ct, "verify", "--settings", other.SettingsFile);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("repair", "--yes")]
    [InlineData("backup", "{work}/backup")]
    public async Task A_schema_that_is_not_there_is_named_and_not_made(params string[] command)
    {
        var ct = TestContext.Current.CancellationToken;
        await PostgresServer.Shared.StartAsync();
        using var work = new Work();
        var wrong = PostgresServer.Shared.ConnectionString(work.Path);
        var schema = wrong.Split('=')[^1];
        var file = Path.Combine(work.Path, "settings.json");
        object StorageIn(string name) => new { Storage = new { Directory = Path.Combine(work.Path, name), Postgres = wrong } };
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { RemoteFiles = StorageIn("files"), Migration = StorageIn("migrations") }), ct);

        var end = await RunAsync(ExitCodes.Refused, ct, [.. command.Select(word => word.Replace("{work}", work.Path, StringComparison.Ordinal)), "--settings", file]);

        Assert.Contains($"the schema {schema} (Search Path) of the PostgreSQL database holds no ", end.Errors, StringComparison.Ordinal);
        await using var postgres = NpgsqlDataSource.Create(wrong);
        await using var look = postgres.CreateCommand($"SELECT COUNT(*) FROM pg_namespace WHERE nspname = '{schema}'");
        Assert.Equal(0L, await look.ExecuteScalarAsync(ct));
    }

    private static async Task<CommandEnd> RunAsync(int code, CancellationToken ct, params string[] arguments) =>
        CommandLine.Expect(code, await CommandLine.RunAsync(null, null, ct, arguments));

    private static async Task AssertFilesAsync(CozyClient alma, Dictionary<string, byte[]> files, CancellationToken ct)
    {
        foreach (var (name, bytes) in files)
        {
            await using var body = await alma.DownloadAsync("/" + name, ct);
            var all = new MemoryStream();
            await body.CopyToAsync(all, ct);
            Assert.Equal(bytes, all.ToArray());
        }
    }

    private static async Task FlipAsync(SwiftServer bucket, string prefix, CancellationToken ct)
    {
        var stored = Assert.Single((await bucket.Client.ListObjectsV2Async(new() { BucketName = SwiftServer.Bucket, Prefix = prefix }, ct)).S3Objects, found => found.Size == 300_000);
        var bytes = new MemoryStream();
        using (var answer = await bucket.Client.GetObjectAsync(SwiftServer.Bucket, stored.Key, ct))
        {
            await answer.ResponseStream.CopyToAsync(bytes, ct);
        }

        bytes.GetBuffer()[200_000] ^= 4;
        bytes.Position = 0;
        await bucket.Client.PutObjectAsync(new() { BucketName = SwiftServer.Bucket, Key = stored.Key, InputStream = bytes, UseChunkEncoding = false }, ct);
    }

    private sealed class Work : IDisposable
    {
        public string Path { get; } = System.IO.Directory.CreateTempSubdirectory("bridge-cluster-").FullName;

        public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);
    }

    /// <summary>A schema for each service, a prefix of the bucket and a directory.</summary>
    private sealed class Place
    {
        public Place(SwiftServer bucket, PostgresServer postgres, string work, string name)
        {
            Directory = Path.Combine(work, name);
            SettingsFile = Path.Combine(work, name + ".json");
            var contents = bucket.Settings(name + "/");
            var (drive, migration) = (postgres.ConnectionString(name + "/drive"), postgres.ConnectionString(name + "/migration"));
            Environment = contents.Select(setting => KeyValuePair.Create("RemoteFiles.Service/" + setting.Name.Replace(":", "__", StringComparison.Ordinal), setting.Value)).Concat(
            [
                new("RemoteFiles.Service/Storage__Postgres", drive),
                new("RemoteFiles.Service/Storage__Directory", Directory),
                new("Migration.Service/Storage__Postgres", migration),
            ]).ToDictionary();
            var settings = contents.ToDictionary(setting => "RemoteFiles:" + setting.Name, setting => setting.Value);
            settings["RemoteFiles:Storage:Postgres"] = drive;
            settings["RemoteFiles:Storage:Directory"] = Directory;
            settings["Migration:Storage:Postgres"] = migration;
            settings["Migration:Storage:Directory"] = Path.Combine(work, name + "-migration");
            System.IO.Directory.CreateDirectory(Directory);
            File.WriteAllText(SettingsFile, JsonSerializer.Serialize(settings));
        }

        public string Directory { get; }

        public string SettingsFile { get; }

        public IReadOnlyDictionary<string, string> Environment { get; }
    }
}
