using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// Lists the folders of the source, some at a time, and makes their directories in the drive. A folder that was listed
/// whole is never listed again.
/// </summary>
internal sealed class Walk(Source source, Listings listings, Findings findings, ILedger ledger, Journal journal, MigrationOptions options)
{
    private const int Page = 64;

    private readonly string migration = journal.Migration;

    /// <summary>Puts the first folder on record.</summary>
    public async Task BeginAsync(CancellationToken ct)
    {
        await journal.AddAsync(new LedgerChange.Seen(null, new("", source.Folder, IsFolder: true, 0, "", null)), ct);
        await journal.CommitAsync(ct);
    }

    /// <summary>Returns when every folder was listed, or given up with its error on record.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.FoldersPerMigration, CancellationToken = ct };
        while (await ledger.FoldersToWalkAsync(migration, Page, ct) is { Count: > 0 } folders)
        {
            await Parallel.ForEachAsync(folders, parallel, async (folder, token) => await WalkAsync(folder, token));
            await journal.CommitAsync(ct);
        }

        if (findings.AtEnd is { } end)
        {
            await journal.AddAsync(end, ct);
        }
    }

    private async Task WalkAsync(LedgerLine folder, CancellationToken ct)
    {
        var attempts = 0;
        try
        {
            await source.AskAsync(
                async number =>
                {
                    attempts = number;
                    await MakeAndListAsync(folder, ct);
                    return true;
                },
                ct);
        }
        catch (FaultException e) when (folder.ParentDirectory.Length == 0)
        {
            // Without its first folder there is no migration.
            throw new RunStoppedException(e.Fault, e.Fault == Fault.NotFound
                ? $"Source path not found in Nextcloud: {source.Folder}"
                : $"The source folder cannot be read: {e.Message}");
        }
        catch (FaultException e)
        {
            await journal.GiveUpAsync(folder, e, attempts, ct);
        }
    }

    private async Task MakeAndListAsync(LedgerLine folder, CancellationToken ct)
    {
        var directory = await source.MakeDirectoryAsync(folder.Entry, ct);
        FaultPoint.Pass(FaultPoint.DirectoryMade);
        await journal.AddAsync(new LedgerChange.FolderMade(folder, directory), ct);
        await foreach (var change in findings.OfAsync(folder, listings.ListAsync(folder.Entry.Path, ct), ct))
        {
            await journal.AddAsync(change, ct);
        }

        await journal.AddAsync(new LedgerChange.FolderListed(folder), ct);
    }
}
