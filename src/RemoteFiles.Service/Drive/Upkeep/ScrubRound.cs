using Dapper;
using Shared.Storage;

namespace RemoteFiles.Drive.Upkeep;

/// <summary>
/// Reads every content again, no faster than it may, and tells of those that are not as they were stored. One replica does so at a time,
/// and another goes on where it ended.
/// </summary>
internal sealed class ScrubRound
{
    /// <summary>So many are told at once: of a disk that is not mounted, every content is missing.</summary>
    public const int MostDamaged = 100;

    // What a content costs besides its bytes: a request, and some looks into the database.
    private const int CostOfOne = 64 * 1024;

    private const string NextFile = "SELECT blob_id, size, sha256 FROM nodes WHERE blob_id > @last ORDER BY blob_id LIMIT 1";
    private const string NextVersion = "SELECT blob_id, size, sha256 FROM node_versions WHERE blob_id > @last ORDER BY blob_id LIMIT 1";

    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);
    private readonly Database database;
    private readonly TimeProvider clock;
    private readonly ScrubOptions options;
    private readonly Action<string> damaged;
    private readonly ContentCheck check;
    private readonly ContentRemoval removal;
    private readonly ScrubPlace place;
    private readonly Pace pace;
    private string last = "";
    private long keptAt;

    public ScrubRound(Database database, IBlobs blobs, ScrubOptions options, Action<string> damaged, TimeProvider clock)
    {
        (this.database, this.options, this.damaged, this.clock) = (database, options, damaged, clock);
        check = new(database, blobs) { OnRead = GoOnAsync, AddsSums = true };
        removal = new(database, blobs);
        place = new(database, clock);
        pace = new(options.BytesPerSecond, clock);
    }

    /// <summary>True: the round has come to its end. False: there is no content, another replica is at it, it is not time for the next one, or it goes on later.</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        if (await place.TakeAsync(options.Interval, ct) is not { } after)
        {
            return false;
        }

        (last, keptAt) = (after, clock.GetTimestamp());
        for (var told = 0; await NextAsync(ct) is { } content;)
        {
            // It counts as read from here on: one that takes longer than processes live would keep all others from being read.
            (after, last) = (last, content.BlobId);
            await GoOnAsync(CostOfOne, ct);
            var problem = await ProblemAsync(content, ct);
            if (problem == ContentProblem.Unreadable)
            {
                await place.KeepAsync(after, ct);
                return false;
            }

            DriveMetrics.Scrubbed(content.Size);
            if (problem is not null)
            {
                damaged(content.BlobId);
                if (++told == MostDamaged)
                {
                    await place.KeepAsync(last, ct);
                    return false;
                }
            }
        }

        await place.EndAsync(ct);
        return last.Length > 0;
    }

    /// <summary>Of files and versions, whichever is the next by its id; what several name is one.</summary>
    private Task<StoredContent?> NextAsync(CancellationToken ct) => database.ReadAsync(
        async db =>
        {
            var (file, version) = (await FindAsync(NextFile), await FindAsync(NextVersion));
            return version is null || string.CompareOrdinal(file?.BlobId ?? version.BlobId, version.BlobId) < 0 ? file : version;

            async Task<StoredContent?> FindAsync(string next) =>
                await db.QuerySingleOrDefaultAsync<(string? BlobId, long Size, byte[]? Sha256)>(next, new { last }) is { BlobId: { } id } row ? new(id, row.Size, row.Sha256) : null;
        },
        ct);

    private async Task<ContentProblem?> ProblemAsync(StoredContent content, CancellationToken ct)
    {
        var problem = await check.RunAsync(content, ct);
        if (problem is null or ContentProblem.Unreadable)
        {
            return problem;
        }

        // What was removed meanwhile is not missing, and what is right when it is read once more is not damaged.
        problem = await check.RunAsync(content, ct);
        return (await removal.NamedAsync([content.BlobId], ct)).Any() ? problem : null;
    }

    // Told of all that is read.
    private async Task GoOnAsync(int bytes, CancellationToken ct)
    {
        await pace.TakeAsync(bytes, ct);
        if (clock.GetElapsedTime(keptAt) < KeptFor)
        {
            return;
        }

        keptAt = clock.GetTimestamp();
        if (!await place.KeepAsync(last, ct))
        {
            throw new OperationCanceledException("another replica goes on with it");
        }
    }
}
