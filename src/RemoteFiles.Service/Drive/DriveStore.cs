using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Options;
using RemoteFiles.Files;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>The drives of all instances: one table, one directory of contents.</summary>
internal sealed partial class DriveStore(
    Database database, IOptions<DriveOptions> options, DriveQuota quota, TimeProvider clock, ILogger<DriveStore> log)
{
    private const int NamesAtOnce = 500;
    private readonly ConcurrentDictionary<string, bool> begun = new();

    public BlobStore Blobs { get; } = new(options.Value.Directory);

    public Database Database => database;

    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public CozyDrive Open(string instance) => new(this, instance);

    /// <summary>Creates the tables where they are missing; before anything else.</summary>
    public Task CreateAsync(CancellationToken ct) => database.CreateAsync(DriveSchema.Sql, ct);

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

    /// <summary>Removes those of these blobs that no file names, now that it is on record; what fails is left to the sweep.</summary>
    public async Task DiscardAsync(IReadOnlyList<string> blobs)
    {
        try
        {
            await DeleteUnnamedAsync(blobs);
        }
        catch (Exception e)
        {
            DiscardFailed(e, blobs.Count);
        }
    }

    /// <summary>Removes what killed uploads and failed removals have left behind.</summary>
    public async Task SweepAsync(TimeSpan untouchedFor, CancellationToken ct)
    {
        var since = clock.GetUtcNow() - untouchedFor;
        var incoming = Blobs.DeleteIncoming(since);
        var unnamed = 0;
        foreach (var blobs in Blobs.List(since))
        {
            ct.ThrowIfCancellationRequested();
            unnamed += await DeleteUnnamedAsync(blobs);
        }

        Swept(incoming, unnamed);
    }

    // An id that no row names will never be named: only its own upload could, and that is over. The sweep's age limit sees to it.
    private async Task<int> DeleteUnnamedAsync(IReadOnlyList<string> blobs)
    {
        var unnamed = 0;
        foreach (var some in blobs.Chunk(NamesAtOnce))
        {
            var named = await database.ReadAsync(db => db.QueryAsync<string>(NodeSql.NamedBlobs, new { blobs = some }), CancellationToken.None);
            foreach (var blob in some.Except(named))
            {
                Blobs.Delete(blob);
                unnamed++;
            }
        }

        return unnamed;
    }

    [LoggerMessage(LogLevel.Warning, "{Count} contents could not be removed now", EventName = "drive.discard-failed")]
    private partial void DiscardFailed(Exception e, int count);

    [LoggerMessage(LogLevel.Information, "{Incoming} unfinished uploads and {Unnamed} contents without a file removed", EventName = "drive.swept")]
    private partial void Swept(int incoming, int unnamed);

    [LoggerMessage(LogLevel.Error, "The content {Blob} of file {FileId} is missing or has not its length", EventName = "drive.damaged")]
    public partial void Damaged(string? blob, long fileId);
}
