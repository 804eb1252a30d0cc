using Microsoft.Extensions.Options;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// One worker's run of one cleanup: deletes from the source what has arrived and is unchanged there, file by file, and then the
/// folders that are empty. Everything else is kept, with its reason on record.
/// </summary>
internal sealed class CleanupRun(IRemoteFiles remote, ICleanups cleanups, IMigrations migrations, IOptions<MigrationOptions> options, TimeProvider clock)
{
    private const int Page = 256;
    private const int MostAtOnce = 4;
    private const int MostListed = TrackingDocument.ListLimit;

    /// <summary>Returns when everything is settled.</summary>
    /// <exception cref="FaultException">The run cannot go on now; what it did is on record.</exception>
    /// <exception cref="LeaseLostException">Another worker has it.</exception>
    public async Task RunAsync(TrackedMigration migration, string owner, CancellationToken ct)
    {
        var source = new Source(migration, remote, options.Value, clock);
        var pace = new DeletionPace(clock);
        await source.CheckOwnerAsync(ct);
        if ((await cleanups.CountAsync(migration.Id, 0, ct)).Deleted > 0)
        {
            await pace.BeginAsync(ct);
        }

        await DeleteFilesAsync(source, pace, migration, owner, ct);
        await cleanups.KeepMissingAsync(migration.Id, owner, "it did not arrive", ct);
        await DeleteFoldersAsync(source, pace, migration, owner, ct);
    }

    /// <summary>Puts the standing, and the next step, into the document.</summary>
    public async Task ReportAsync(TrackedMigration migration, Func<TrackingDocument, TrackingDocument> next, CancellationToken ct)
    {
        var standing = await cleanups.CountAsync(migration.Id, MostListed, ct);
        await migrations.ReviseAsync(
            migration.Instance,
            migration.Id,
            row => row with
            {
                Document = next(row.Document with { SourceDeletion = (row.Document.SourceDeletion ?? SourceDeletion.Start(clock.GetUtcNow())).Report(standing) }),
            },
            ct);
    }

    private async Task DeleteFilesAsync(Source source, DeletionPace pace, TrackedMigration migration, string owner, CancellationToken ct)
    {
        var last = 0L;
        while (await cleanups.FilesAsync(migration.Id, last, Page, ct) is { Count: > 0 } files)
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Min(options.Value.FilesPerMigration, MostAtOnce), CancellationToken = ct };
            await Parallel.ForEachAsync(files, parallel, async (file, token) => await DeleteAsync(source, pace, migration.Id, owner, file, token));
            last = files[^1].Number;
            pace.Trim();
            await ReportAsync(migration, document => document, ct);
        }
    }

    // One at a time, and inner ones first: each may be what makes the next one empty.
    private async Task DeleteFoldersAsync(Source source, DeletionPace pace, TrackedMigration migration, string owner, CancellationToken ct)
    {
        while (await cleanups.FoldersAsync(migration.Id, Page, ct) is { Count: > 0 } folders)
        {
            foreach (var folder in folders)
            {
                await DeleteAsync(source, pace, migration.Id, owner, folder, ct);
            }

            pace.Trim();
            await ReportAsync(migration, document => document, ct);
        }
    }

    private async Task DeleteAsync(Source source, DeletionPace pace, string migration, string owner, ArrivedEntry arrived, CancellationToken ct)
    {
        string? kept;
        try
        {
            kept = ReasonOf(await source.AskAsync(
                _ => pace.DeleteAsync(arrived.Entry.Path.Name, () => source.DeleteAsync(arrived, ct), ct), ct));
        }
        catch (FaultException e) when (e.Fault is Fault.Locked or Fault.Forbidden or Fault.Conflict or Fault.PreconditionFailed)
        {
            kept = $"the Nextcloud refuses: {e.Message}";
        }

        await cleanups.SettleAsync(migration, owner, arrived.Number, kept, ct);
    }

    private static string? ReasonOf(SourceFate fate) => fate switch
    {
        SourceFate.Deleted or SourceFate.Gone => null,
        SourceFate.Changed => "it has changed since it was migrated",
        SourceFate.NotOwn => "it is not the user's own, or may not be deleted",
        SourceFate.NotEmpty => "it is not empty",
        SourceFate.NotInDrive => "its copy is no longer in the drive as it was",
        _ => throw new ArgumentOutOfRangeException(nameof(fate)),
    };
}
