using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapper;
using Microsoft.Extensions.Options;
using RemoteFiles.Drive.Hashing;
using RemoteFiles.Drive.Upkeep;
using RemoteFiles.Files;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>The drives of all instances: one table, one place of contents.</summary>
internal sealed partial class DriveStore(
    Database database, IBlobs blobs, IOptions<DriveOptions> options, DriveQuota quota, DriveWatch watch, TimeProvider clock, ILogger<DriveStore> log)
{
    private const int NamesAtOnce = 500;

    private const long MostRemembered = 16 * 1024 * 1024;
    private readonly ContentRemoval removal = new(database, blobs);
    private readonly Channel<IReadOnlyList<string>> discarded = Channel.CreateUnbounded<IReadOnlyList<string>>();
    private readonly ConcurrentDictionary<string, bool> begun = new();

    public IBlobs Blobs => blobs;

    public BlobReader Contents { get; } = new(database, blobs, log);

    public PartSums PartSums { get; } = new(clock);

    public Remembered<(string Instance, FilePath Path), Look?> Looks { get; } = new(database, null, MostRemembered, (place, look) => Look.BytesOf(place.Path, look));

    public Remembered<(string Instance, FilePath Folder), Listing> Listings { get; } = new(database, null, MostRemembered, (place, listing) => Listing.BytesOf(place.Folder, listing));

    public Database Database => database;

    public int LargestSmallContent => options.Value.LargestSmallContent;

    public DriveWatch Watch => watch;

    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public CozyDrive Open(string instance) => new(this, instance);

    /// <summary>The bytes an instance may store; null is no limit.</summary>
    public async Task<long?> QuotaAsync(string instance, CancellationToken ct) => await quota(instance, ct) is > 0 and var most ? most : null;

    /// <summary>Makes the root and the trash of an instance that is used for the first time.</summary>
    public async Task BeginAsync(string instance, CancellationToken ct)
    {
        if (begun.ContainsKey(instance))
        {
            return;
        }

        await database.WriteAsync(
            async db =>
            {
                var nodes = new Nodes(db, instance);
                if (await nodes.FindAsync(ICozyDrive.RootId) is null)
                {
                    var root = Node.NewRoot(instance, Now);
                    await nodes.InsertAsync(root, Node.NewFolder(root, Node.TrashName, Now) with { Id = ICozyDrive.TrashId });
                }
            },
            ct);
        begun[instance] = true;
    }

    /// <summary>The parts of a blob that was joined of several; none when it was not.</summary>
    public async Task<IReadOnlyList<UploadParts.Part>> SegmentsAsync(string blob, CancellationToken ct) =>
        await database.ReadAsync(async db => (await db.QueryAsync<UploadParts.Part>(UploadParts.Segments, new { blob })).AsList(), ct);

    /// <summary>Removes those of these blobs that no file names, now that it is on record; what fails is left to the sweep.</summary>
    public async Task DiscardAsync(IReadOnlyList<string> blobs)
    {
        if (blobs.Count == 0)
        {
            return;
        }

        // Many go later: nobody waits until a large trash is empty on disk too.
        if (blobs.Count > NamesAtOnce)
        {
            discarded.Writer.TryWrite(blobs);
            return;
        }

        try
        {
            await removal.RemoveAsync(blobs, CancellationToken.None);
        }
        catch (Exception e)
        {
            DiscardFailed(e, blobs.Count);
        }
    }

    /// <summary>Removes what was discarded to be removed later, as it comes, until stopped.</summary>
    public async Task DiscardLaterAsync(CancellationToken ct)
    {
        await foreach (var blobs in discarded.Reader.ReadAllAsync(ct))
        {
            foreach (var some in blobs.Chunk(NamesAtOnce))
            {
                ct.ThrowIfCancellationRequested();
                await DiscardAsync(some);
            }
        }
    }

    /// <summary>Removes what killed uploads and failed removals have left behind.</summary>
    public Task SweepAsync(TimeSpan untouchedFor, CancellationToken ct) => new ContentSweep(database, blobs, clock, log).RunAsync(untouchedFor, options.Value.UploadAge, ct);

    [LoggerMessage(LogLevel.Warning, "{Count} contents could not be removed now", EventName = "drive.discard-failed")]
    private partial void DiscardFailed(Exception e, int count);

    [LoggerMessage(LogLevel.Error, "The content {Blob} of file {FileId} is missing or has not its length", EventName = "drive.damaged")]
    public partial void Damaged(string? blob, long fileId);
}
