using System.Runtime.CompilerServices;

namespace Migration.Migrations;

/// <summary>What is put on record of a folder's listing: what is to be brought, and what is not, with the reason.</summary>
internal sealed class Findings(Source source)
{
    public async IAsyncEnumerable<LedgerChange> OfAsync(
        LedgerLine folder, IAsyncEnumerable<SourceEntry> listing, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var entry in listing.WithCancellation(ct))
        {
            yield return source.Scope.Excludes(entry) is { } reason
                ? new LedgerChange.Excluded(folder.Number, entry, reason)
                : new LedgerChange.Seen(folder.Number, entry);
        }
    }
}
