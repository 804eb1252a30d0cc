using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// What an earlier migration brought need not come again. A file of the same version whose copy is still there is known
/// without a request for it; a folder with the ETag of then is known with all below it, without a listing.
/// </summary>
internal sealed class EarlierCopies(Source source, ILedger ledger, EarlierMigration earlier)
{
    private const int Page = 500;

    public string Migration => earlier.Id;

    /// <summary>What is to be put on record of these entries of one folder.</summary>
    public async Task<IReadOnlyList<LedgerChange>> CompareAsync(long parent, IReadOnlyList<SourceEntry> entries, CancellationToken ct)
    {
        var known = await KnownFilesAsync(entries, ct);
        var changes = new List<LedgerChange>();
        foreach (var entry in entries)
        {
            if (entry.IsFolder && await IsUnchangedAsync(entry, ct))
            {
                changes.Add(new LedgerChange.Unchanged(entry, earlier.Id));
            }
            else if (known.TryGetValue(entry, out var file))
            {
                changes.Add(new LedgerChange.Known(parent, entry, file.Line, file.Line.Entry.Path != entry.Path)
                {
                    Name = file.State == CopyState.Moved ? entry.Path.Name : file.Line.Name,
                });
            }
            else
            {
                changes.Add(new LedgerChange.Seen(parent, entry));
            }
        }

        return changes;
    }

    /// <summary>Once everything was brought: what is left of folders that were renamed or moved, and from which all has gone after them.</summary>
    public async Task RemoveLeftAsync(string migration, CancellationToken ct)
    {
        CleanPath? last = null;
        while (await ledger.RenamedFoldersAsync(migration, earlier.Id, last, Page, ct) is { Count: > 0 } page)
        {
            try
            {
                await source.RemoveLeftAsync(page, ct);
            }
            catch (FaultException)
            {
                return; // an empty directory harms nobody
            }

            last = page[^1].Entry.Path;
        }
    }

    private async Task<Dictionary<SourceEntry, (EarlierLine Line, CopyState State)>> KnownFilesAsync(IReadOnlyList<SourceEntry> entries, CancellationToken ct)
    {
        var files = entries.Where(entry => !entry.IsFolder).ToList();
        var lines = (await ledger.EarlierAsync(earlier.Id, [.. files.Select(file => file.Id)], ct)).ToLookup(line => line.Entry.Id);
        var same = files.Select(file => (File: file, Line: lines[file.Id].FirstOrDefault(line => line.IsOf(file)))).Where(pair => pair.Line is not null).ToList();
        var states = same.Count > 0 ? await source.CheckCopiesAsync([.. same.Select(pair => CopyOf(pair.File, pair.Line!))], ct) : [];
        return same.Zip(states).Where(pair => pair.Second != CopyState.Missing)
            .ToDictionary(pair => pair.First.File, pair => (pair.First.Line!, pair.Second));
    }

    // A copy follows its source from where it was left: beside where the source lay, under the name it got.
    private KnownCopy CopyOf(SourceEntry file, EarlierLine line) => line.Entry.Path == file.Path ? line.Copy : line.Copy with
    {
        Moved = (line.Entry.Path.Parent.Rebase(source.Folder, source.Target).Child(line.Name), file.Path.Rebase(source.Folder, source.Target)),
    };

    // The ETag of a folder changes with everything below it.
    private async Task<bool> IsUnchangedAsync(SourceEntry folder, CancellationToken ct)
    {
        if (!earlier.HasSameScope || await ledger.WholeFolderAsync(earlier.Id, folder.Path, ct) is not { } line || !line.IsOf(folder)
            || (await source.CheckCopiesAsync([line.Copy], ct))[0] == CopyState.Missing)
        {
            return false;
        }

        var after = folder.Path;
        while (await ledger.EarlierBelowAsync(earlier.Id, folder.Path, after, Page, ct) is { Count: > 0 } page)
        {
            if ((await source.CheckCopiesAsync([.. page.Select(below => below.Copy)], ct)).Contains(CopyState.Missing))
            {
                return false;
            }

            after = page[^1].Entry.Path;
        }

        return true;
    }
}
