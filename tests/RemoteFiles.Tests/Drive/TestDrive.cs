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

    private TestDrive(string directory, bool keep, int largestSmallContent, Func<Database>? open) =>
        (Directory, this.keep, this.largestSmallContent, this.open) = (directory, keep, largestSmallContent, open);

    public string Directory { get; }

    public DriveStore Store { get; private set; } = null!;

    public CozyDrive Drive => Store.Open(Instance);

    public long? Quota { get; set; }

    public ShiftedClock Clock { get; } = new();

    /// <summary>What watchers were told.</summary>
    public List<DriveEvent> Events { get; } = [];

    /// <summary>All files of the blob store, finished or not.</summary>
    public string[] Blobs => System.IO.Directory.GetFiles(BlobDirectory, "*", SearchOption.AllDirectories);

    /// <summary>How many contents are kept, in files and in the database.</summary>
    public async Task<int> CountContentsAsync() => Blobs.Length + await CountSmallContentsAsync();

    public Task<int> CountSmallContentsAsync() =>
        database.ReadAsync(db => db.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM contents"), CancellationToken.None);

    private string BlobDirectory => Path.Combine(Directory, "blobs");

    /// <summary>With 0 for the largest small content every content but an empty one is a file.</summary>
    public static Task<TestDrive> CreateAsync(int largestSmallContent = DriveOptions.DefaultSmallContent) =>
        OpenAsync(System.IO.Directory.CreateTempSubdirectory("drive-").FullName, keep: false, largestSmallContent);

    /// <summary>Opens a directory that somebody else made and will remove.</summary>
    public static async Task<TestDrive> OpenAsync(
        string directory, bool keep = true, int largestSmallContent = DriveOptions.DefaultSmallContent, Func<Database>? open = null)
    {
        var drive = new TestDrive(directory, keep, largestSmallContent, open);
        await drive.OpenAsync();
        return drive;
    }

    /// <summary>As a process does that starts with what another left.</summary>
    public async Task ReopenAsync()
    {
        database.Dispose();
        await OpenAsync();
    }

    public ValueTask DisposeAsync()
    {
        database.Dispose();
        if (!keep)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    private Task OpenAsync()
    {
        database = open?.Invoke() ?? TestEngine.Open(Directory, "drive.db");
        Store = new(
            database,
            Options.Create(new DriveOptions { Directory = BlobDirectory, LargestSmallContent = largestSmallContent }),
            (_, _) => Task.FromResult(Quota),
            (_, events) => Events.AddRange(events),
            Clock,
            NullLogger<DriveStore>.Instance);
        return Schema.Of(database).MigrateAsync(CancellationToken.None);
    }
}
