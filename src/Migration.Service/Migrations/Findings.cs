using System.Runtime.CompilerServices;

namespace Migration.Migrations;

/// <summary>
/// What is put on record of a folder's listing: what is to be brought, what is left out with its reason, and what an earlier
/// migration has brought already.
/// </summary>
internal sealed class Findings(Source source, EarlierCopies? earlier)
{
    private const int Together = 500;

    public async IAsyncEnumerable<LedgerChange> OfAsync(
        LedgerLine folder, IAsyncEnumerable<SourceEntry> listing, [EnumeratorCancellation] CancellationToken ct)
    {
        var waiting = new List<SourceEntry>();
        await foreach (var entry in listing.WithCancellation(ct))
        {
            if (source.Scope.Excludes(entry) is { } reason)
            {
                yield return new LedgerChange.Excluded(folder.Number, entry, reason);
            }
            else if (earlier is null)
            {
                yield return new LedgerChange.Seen(folder.Number, entry);
            }
            else
            {
                waiting.Add(entry);
            }

            if (waiting.Count == Together)
            {
                foreach (var change in await earlier!.CompareAsync(folder.Number, waiting, ct))
                {
                    yield return change;
                }

                waiting.Clear();
            }
        }

        if (waiting.Count > 0)
        {
            foreach (var change in await earlier!.CompareAsync(folder.Number, waiting, ct))
            {
                yield return change;
            }
        }
    }

    /// <summary>The last word, when every folder was listed.</summary>
    public LedgerChange? AtEnd => earlier is null ? null : new LedgerChange.AllSeen(earlier.Migration);
}
