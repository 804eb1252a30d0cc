using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Shared.Storage;

namespace RemoteFiles.Drive.Upkeep;

/// <summary>
/// Finds what is wrong with a drive, mends what can be mended, and only that; safe beside a server on the same data. No file is removed,
/// and no content that a file names.
/// </summary>
internal sealed class Repair(Database database, IBlobs blobs, (Database Database, IBlobs Blobs)? backup, TimeProvider clock)
{
    private static readonly DriveOptions Usual = new();
    private readonly TreeRepair tree = new(database, clock);
    private readonly ContentHealing healing = new(database, blobs, backup);

    /// <summary>All that is wrong, each mended before it is told of when <paramref name="mend"/> says so.</summary>
    public async IAsyncEnumerable<Finding> RunAsync(bool mend, [EnumeratorCancellation] CancellationToken ct)
    {
        if (await Integrity.FindAsync(database, ct) is { Count: > 0 } broken)
        {
            var isMendable = Integrity.IsMendable(broken);
            if (isMendable && mend)
            {
                await Integrity.MendAsync(database, ct);
            }

            yield return new($"the database: {broken[0]}", isMendable ? "its indices are made anew" : "restore a backup: rows of it are lost", isMendable ? Outcome.Mendable : Outcome.Lost);
            if (!isMendable)
            {
                yield break;
            }
        }

        foreach (var instance in await tree.InstancesAsync(ct))
        {
            var found = mend ? await tree.MendAsync(instance, ct) : await tree.FindAsync(instance, ct);
            foreach (var finding in Tell(instance, found))
            {
                yield return finding;
            }
        }

        await foreach (var content in new Scrub(database, blobs).RunAsync(ct))
        {
            if (content.Problem is { } problem)
            {
                var (remedy, outcome) = await HealAsync(content.Content, problem, mend, ct);
                yield return new($"{content.Instance}{content.Path}{(content.IsVersion ? " (a former version)" : "")}: {Tell(problem)}", remedy, outcome);
            }
        }

        if (await CollectAsync(mend, ct) is { } left)
        {
            yield return left;
        }
    }

    private async Task<(string Remedy, Outcome Outcome)> HealAsync(StoredContent lost, ContentProblem problem, bool mend, CancellationToken ct)
    {
        if (problem == ContentProblem.Unreadable)
        {
            return ("try again once it does", Outcome.Lost);
        }

        if (problem == ContentProblem.WrongSums)
        {
            await DoAsync(mend, () => new ContentCheck(database, blobs).SumAsync(lost, ct));
            return ("they are written anew", Outcome.Mendable);
        }

        if (await healing.FindEqualAsync(lost, ct) is { } equal && (!mend || await healing.ReplaceAsync(lost, equal, ct)))
        {
            return ("an equal content takes its place", Outcome.Mendable);
        }

        if (await healing.IsInBackupAsync(lost, ct))
        {
            await DoAsync(mend, () => healing.BringBackAsync(lost, ct));
            return ("the backup's takes its place", Outcome.Mendable);
        }

        // What is missing fails by itself; what somebody puts back by hand is read again.
        await DoAsync(mend && problem == ContentProblem.Damaged, () => healing.MarkAsync(lost, ct));
        return (backup is null ? "no equal content is here: try --from with a backup" : "the backup has it neither", Outcome.Lost);
    }

    private async Task<Finding?> CollectAsync(bool mend, CancellationToken ct)
    {
        var sweep = new ContentSweep(database, blobs, clock, NullLogger.Instance);
        var (unnamed, isOurs) = await sweep.FindAsync(Usual.SweepAge, ct);
        if (!isOurs)
        {
            return new($"{unnamed.Count} contents, and the database names none of them", "it seems to be the database of other contents", Outcome.Lost);
        }

        // Of a bucket nobody knows how new a content is until an hour later.
        var isLeft = blobs.DatedByFirstByte;
        await DoAsync(mend && !isLeft, () => sweep.RunAsync(Usual.SweepAge, Usual.UploadAge, ct));
        return unnamed.Count == 0 ? null : new($"{unnamed.Count} contents that no file names", isLeft ? "the service removes them" : "they are removed", Outcome.Harmless);
    }

    private static async Task DoAsync(bool mend, Func<Task> work)
    {
        if (mend)
        {
            await work();
        }
    }

    private static IEnumerable<Finding> Tell(string instance, TreeFaults found)
    {
        (int Count, string What, string Remedy)[] all =
        [
            (found.WrongSizes, "folders have not the size of what lies in them", "it is added up again"),
            (found.LostFolders, "folders are gone, with something in them", "they are in /Recovered, each with what it held"),
            (found.Loops, "folders lie in themselves", "they are in /Recovered"),
            (found.Misplaced, "files or folders do not know whether they are in the trash", "they are told"),
            (found.IsNumberBehind ? 1 : 0, "number of a file would be given a second time", "it is not"),
        ];
        return all.Where(one => one.Count > 0).Select(one => new Finding($"{instance}: {one.Count} {one.What}", one.Remedy, Outcome.Mendable));
    }

    private static string Tell(ContentProblem problem) => problem switch
    {
        ContentProblem.Missing => "its content is missing",
        ContentProblem.Damaged => "its content is damaged",
        ContentProblem.WrongSums => "its content is whole, and its checksums are not",
        _ => "where its content lies does not answer",
    };
}

/// <summary>Something that is wrong, in words, and what is done about it.</summary>
internal sealed record Finding(string What, string Remedy, Outcome Outcome);

internal enum Outcome
{
    /// <summary>It is as it should be once it is mended.</summary>
    Mendable,

    /// <summary>Nothing here helps.</summary>
    Lost,

    /// <summary>It hurts nobody.</summary>
    Harmless,
}
