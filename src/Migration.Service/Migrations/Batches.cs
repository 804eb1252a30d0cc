namespace Migration.Migrations;

/// <summary>
/// Puts small files together until they are worth a request of their own. A folder that is there as a whole is asked for by its
/// name alone, so one that is not waits for the rest of it, while others fill the batch.
/// </summary>
/// <param name="wholeAmong">The folders that hold nothing but some of these files, as far as it is known.</param>
/// <param name="clock">Nothing is held back for long.</param>
internal sealed class Batches(Func<IReadOnlyList<LedgerLine>, IReadOnlyList<CleanPath>> wholeAmong, TimeProvider clock)
{
    private const int MostTogether = 500;
    private const long MostBytesTogether = 32 * 1024 * 1024;
    private static readonly TimeSpan LongestHeld = TimeSpan.FromSeconds(2);

    private List<LedgerLine> held = [];
    private long bytes;
    private DateTimeOffset since;

    public bool AreOverdue => held.Count > 0 && clock.GetUtcNow() - since >= LongestHeld;

    /// <summary>What is to be brought now that these were seen: large files alone, small ones as soon as a batch of them is full.</summary>
    public IEnumerable<IReadOnlyList<LedgerLine>> Add(IReadOnlyList<LedgerLine> page)
    {
        foreach (var file in page)
        {
            if (file.Entry.Size > Listings.LargestSmallFile)
            {
                yield return [file];
                continue;
            }

            if (held.Count == MostTogether || bytes + file.Entry.Size > MostBytesTogether)
            {
                yield return Full();
            }

            Hold(file);
        }
    }

    /// <summary>All that is held back, for nothing more is coming soon.</summary>
    public IReadOnlyList<LedgerLine> Rest()
    {
        var rest = held;
        (held, bytes) = ([], 0);
        return rest;
    }

    private List<LedgerLine> Full()
    {
        var (all, whole) = (held, wholeAmong(held).ToHashSet());
        (held, bytes) = ([], 0);
        if (whole.Count == 0)
        {
            return all;
        }

        all.FindAll(file => !whole.Contains(file.Entry.Path.Parent)).ForEach(Hold);
        return all.FindAll(file => whole.Contains(file.Entry.Path.Parent));
    }

    private void Hold(LedgerLine file)
    {
        since = held.Count == 0 ? clock.GetUtcNow() : since;
        held.Add(file);
        bytes += file.Entry.Size;
    }
}
