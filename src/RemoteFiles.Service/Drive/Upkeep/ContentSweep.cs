using Dapper;
using Shared.Storage;

namespace RemoteFiles.Drive.Upkeep;

/// <summary>
/// Finds and removes what killed uploads and failed removals have left behind. Replicas may do so at once: what one has removed is
/// not there for the other.
/// </summary>
internal sealed partial class ContentSweep(Database database, IBlobs blobs, TimeProvider clock, ILogger log)
{
    private const int NamesAtOnce = 500;

    // The next sweep finds the rest.
    private const int MostUnnamed = 100_000;

    // So many contents, and not one of them in the database: that is the database of other contents.
    private const int FewEnough = 100;

    private readonly ContentRemoval removal = new(database, blobs);

    /// <param name="untouchedFor">Younger contents may be of uploads whose row is still to come.</param>
    /// <param name="uploadAge">Uploads in pieces that nobody touched for so long are given up.</param>
    /// <param name="ct">Stops it between two steps.</param>
    public async Task RunAsync(TimeSpan untouchedFor, TimeSpan uploadAge, CancellationToken ct)
    {
        var parts = await database.WriteAsync(
            async db =>
            {
                await db.ExecuteAsync(UploadParts.Expired, new { before = (clock.GetUtcNow() - uploadAge).ToUnixTimeMilliseconds() });
                return (await db.QueryAsync<string>(UploadParts.Orphans)).AsList();
            },
            ct);
        parts.AddRange(await database.ReadAsync(db => db.QueryAsync<string>(UploadParts.Unnamed), ct));
        await RemoveAsync(parts, ct);
        var incoming = await blobs.DeleteUnfinishedAsync(clock.GetUtcNow() - untouchedFor, ct);
        var (found, isOurs) = await FindAsync(untouchedFor, ct);
        if (!isOurs)
        {
            Refused(found.Count);
            return;
        }

        // Those of hours-long uploads may look that old and be new: who is unnamed is asked again, after the time that a row has to come.
        if (blobs.DatedByFirstByte && found.Count > 0)
        {
            await Task.Delay(untouchedFor, clock, ct);
        }

        var unnamed = await RemoveAsync(found, ct);
        if (incoming + unnamed > 0)
        {
            Swept(incoming, unnamed);
        }
    }

    /// <summary>Contents of that age which nothing names; not ours: they are many, and nothing names any of the others either.</summary>
    public async Task<(List<string> Unnamed, bool IsOurs)> FindAsync(TimeSpan untouchedFor, CancellationToken ct)
    {
        var (unnamed, isAnyNamed) = (new List<string>(), false);
        await foreach (var ids in blobs.ListAsync(clock.GetUtcNow() - untouchedFor, ct))
        {
            foreach (var some in ids.Chunk(NamesAtOnce))
            {
                var named = (await removal.NamedAsync(some, ct)).ToHashSet();
                isAnyNamed |= named.Count > 0;
                unnamed.AddRange(some.Where(id => !named.Contains(id)));
            }

            if (unnamed.Count >= MostUnnamed)
            {
                break;
            }
        }

        return (unnamed, isAnyNamed || unnamed.Count < FewEnough);
    }

    public async Task<int> RemoveAsync(IReadOnlyList<string> ids, CancellationToken ct)
    {
        var removed = 0;
        foreach (var some in ids.Chunk(NamesAtOnce))
        {
            removed += await removal.RemoveAsync(some, ct);
        }

        return removed;
    }

    [LoggerMessage(LogLevel.Information, "{Incoming} unfinished uploads and {Unnamed} contents without a file removed", EventName = "drive.swept")]
    private partial void Swept(int incoming, int unnamed);

    [LoggerMessage(LogLevel.Error, "{Count} contents were found and the database names none of them: none was removed, for it seems to be another one's", EventName = "drive.sweep-refused")]
    private partial void Refused(int count);
}
