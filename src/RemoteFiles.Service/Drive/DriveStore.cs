using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapper;
using Microsoft.Extensions.Options;
using RemoteFiles.Files;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>The drives of all instances: one table, one place of contents.</summary>
internal sealed partial class DriveStore(
    Database database, IBlobs blobs, IOptions<DriveOptions> options, DriveQuota quota, DriveWatch watch, TimeProvider clock, ILogger<DriveStore> log)
{
    private const int NamesAtOnce = 500;

    // The next sweep finds the rest.
    private const int MostUnnamed = 100_000;
    private const long MostRemembered = 16 * 1024 * 1024;
    private readonly Channel<IReadOnlyList<string>> discarded = Channel.CreateUnbounded<IReadOnlyList<string>>();
    private readonly ConcurrentDictionary<string, bool> begun = new();

    public IBlobs Blobs => blobs;

    public PartSums PartSums { get; } = new(clock);

    public Remembered<(string Instance, FilePath Path), Look?> Looks { get; } = new(database, MostRemembered, (place, look) => Look.BytesOf(place.Path, look));

    public Remembered<(string Instance, FilePath Folder), Listing> Listings { get; } = new(database, MostRemembered, (place, listing) => Listing.BytesOf(place.Folder, listing));

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
            await DeleteUnnamedAsync(blobs, CancellationToken.None);
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
    public async Task SweepAsync(TimeSpan untouchedFor, CancellationToken ct)
    {
        var parts = await database.WriteAsync(
            async db =>
            {
                await db.ExecuteAsync(UploadParts.Expired, new { before = (clock.GetUtcNow() - options.Value.UploadAge).ToUnixTimeMilliseconds() });
                return (await db.QueryAsync<string>(UploadParts.Orphans)).AsList();
            },
            ct);
        await DiscardAsync(parts);
        await DiscardAsync((await database.ReadAsync(db => db.QueryAsync<string>(UploadParts.Unnamed), ct)).AsList());
        var incoming = await Blobs.DeleteUnfinishedAsync(clock.GetUtcNow() - untouchedFor, ct);
        var unnamed = 0;
        foreach (var some in (await UnnamedAsync(untouchedFor, ct)).Chunk(NamesAtOnce))
        {
            unnamed += await DeleteUnnamedAsync(some, ct);
        }

        if (incoming + unnamed > 0)
        {
            Swept(incoming, unnamed);
        }
    }

    // Those of hours-long uploads may look that old and be new: who is unnamed is asked again, after the time that a row has to come.
    private async Task<List<string>> UnnamedAsync(TimeSpan untouchedFor, CancellationToken ct)
    {
        var unnamed = new List<string>();
        await foreach (var ids in Blobs.ListAsync(clock.GetUtcNow() - untouchedFor, ct))
        {
            foreach (var some in ids.Chunk(NamesAtOnce))
            {
                unnamed.AddRange(some.Except(await NamedAsync(some, ct)));
            }

            if (unnamed.Count >= MostUnnamed)
            {
                break;
            }
        }

        if (Blobs.DatedByFirstByte && unnamed.Count > 0)
        {
            await Task.Delay(untouchedFor, clock, ct);
        }

        return unnamed;
    }

    private Task<IEnumerable<string>> NamedAsync(IReadOnlyList<string> blobs, CancellationToken ct) =>
        database.ReadAsync(db => db.QueryAsync<string>(NodeSql.NamedBlobs, new { blobs }), ct);

    // An id that no row names will never be named: only its own upload could, and that is over. The sweep's age limit sees to it.
    private async Task<int> DeleteUnnamedAsync(IReadOnlyList<string> blobs, CancellationToken ct)
    {
        var unnamed = blobs.Except(await NamedAsync(blobs, ct)).ToList();
        await Blobs.DeleteAsync(unnamed.FindAll(id => !SmallContent.Is(id)), ct);
        if (unnamed.Exists(SmallContent.Is))
        {
            await database.WriteAsync(db => new Nodes(db, "").RemoveContentsAsync(unnamed), ct);
        }

        return unnamed.Count + await DeletePartsAsync(unnamed, ct);
    }

    // A blob that was joined is but a list of parts; with it go those that nothing else names.
    private async Task<int> DeletePartsAsync(List<string> unnamed, CancellationToken ct)
    {
        const string joined = "SELECT DISTINCT blob_id FROM blob_segments WHERE blob_id IN @unnamed";
        var blobs = (await database.ReadAsync(db => db.QueryAsync<string>(joined, new { unnamed }), ct)).AsList();
        if (blobs.Count == 0)
        {
            return 0;
        }

        var parts = await database.WriteAsync(async db => (await db.QueryAsync<string>(UploadParts.UnnamedSegments, new { blobs })).AsList(), ct);
        return await DeleteUnnamedAsync(parts, ct);
    }

    [LoggerMessage(LogLevel.Warning, "{Count} contents could not be removed now", EventName = "drive.discard-failed")]
    private partial void DiscardFailed(Exception e, int count);

    [LoggerMessage(LogLevel.Information, "{Incoming} unfinished uploads and {Unnamed} contents without a file removed", EventName = "drive.swept")]
    private partial void Swept(int incoming, int unnamed);

    [LoggerMessage(LogLevel.Error, "The content {Blob} of file {FileId} is missing or has not its length", EventName = "drive.damaged")]
    public partial void Damaged(string? blob, long fileId);
}
