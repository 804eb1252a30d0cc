using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RemoteFiles.Drive;
using RemoteFiles.Tests.Routes;
using Shared.Storage;
using Tests.Storage;

namespace RemoteFiles.Tests.Drive;

/// <summary>A drive in a directory of its own, which can be closed and opened again.</summary>
internal sealed class TestDrive : IAsyncDisposable
{
    public const string Instance = "alma.localhost:8080";
    private readonly bool keep;
    private Database database = null!;

    private readonly int largestSmallContent;
    private readonly Func<Database>? open;

    private TestDrive(string directory, bool keep, int largestSmallContent, TestContents? contents, Func<Database>? open) =>
        (Directory, this.keep, this.largestSmallContent, this.open, Contents) = (directory, keep, largestSmallContent, open, contents ?? new DirectoryContents(Path.Combine(directory, "blobs")));

    public string Directory { get; }

    public DriveStore Store { get; private set; } = null!;

    public CozyDrive Drive => Store.Open(Instance);

    public long? Quota { get; set; }

    public ShiftedClock Clock { get; } = new();

    /// <summary>What watchers were told.</summary>
    public List<DriveEvent> Events { get; } = [];

    public TestContents Contents { get; }

    /// <summary>The ids of all contents outside of the database, finished or not.</summary>
    public Task<string[]> BlobsAsync() => Contents.ListAsync();

    /// <summary>How many contents are kept, in the database and outside.</summary>
    public async Task<int> CountContentsAsync() => (await BlobsAsync()).Length + await CountSmallContentsAsync();

    public Task<int> CountSmallContentsAsync() =>
        database.ReadAsync(db => db.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM contents"), CancellationToken.None);

    /// <summary>With 0 for the largest small content every content but an empty one lies outside of the database.</summary>
    public static Task<TestDrive> CreateAsync(int largestSmallContent = DriveOptions.DefaultSmallContent, TestContents? contents = null) =>
        OpenAsync(System.IO.Directory.CreateTempSubdirectory("drive-").FullName, keep: false, largestSmallContent, contents);

    /// <summary>Opens a directory that somebody else made and will remove.</summary>
    public static async Task<TestDrive> OpenAsync(
        string directory, bool keep = true, int largestSmallContent = DriveOptions.DefaultSmallContent, TestContents? contents = null, Func<Database>? open = null)
    {
        var drive = new TestDrive(directory, keep, largestSmallContent, contents, open);
        await drive.OpenAsync();
        return drive;
    }

    /// <summary>As a process does that starts with what another left.</summary>
    public async Task ReopenAsync()
    {
        database.Dispose();
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        database.Dispose();
        await Contents.DisposeAsync();
        if (!keep)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private Task OpenAsync()
    {
        database = open?.Invoke() ?? TestEngine.Open(Directory, "drive.db");
        Store = new(
            database,
            Contents.Open(Clock),
            Options.Create(new DriveOptions { Directory = Directory, LargestSmallContent = largestSmallContent }),
            (_, _) => Task.FromResult(Quota),
            (_, events) => Events.AddRange(events),
            Clock,
            NullLogger<DriveStore>.Instance);
        return Schema.Of(database).MigrateAsync(CancellationToken.None);
    }
}
