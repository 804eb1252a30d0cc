using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// Listings of folders, read ahead: where the source answers for a folder and all below it at once, and these are not too many,
/// one question serves for many folders. What was read ahead is handed out once. Where most folders need no listing, nothing is read ahead.
/// </summary>
internal sealed class Listings(Source source, bool readAhead)
{
    /// <summary>Bytes of the largest file that is worth bringing together with others.</summary>
    public const long LargestSmallFile = 1024 * 1024;

    private const int MostAhead = 10_000;
    private const int MostRemembered = 50_000;

    private readonly ConcurrentDictionary<CleanPath, IReadOnlyList<SourceEntry>> ahead = new();
    private readonly ConcurrentDictionary<CleanPath, int> simple = new();
    private volatile bool refused = !readAhead;

    public async IAsyncEnumerable<SourceEntry> ListAsync(CleanPath folder, [EnumeratorCancellation] CancellationToken ct)
    {
        if (!ahead.ContainsKey(folder) && !refused)
        {
            await ReadAheadAsync(folder, ct);
        }

        var (count, onlySmall) = (0, true);
        await foreach (var entry in ahead.TryRemove(folder, out var known) ? known.ToAsyncEnumerable() : source.ListAsync(folder, ct))
        {
            count++;
            onlySmall &= !entry.IsFolder && entry.Size <= LargestSmallFile;
            yield return entry;
        }

        if (onlySmall && simple.Count < MostRemembered)
        {
            simple[folder] = count;
        }
    }

    /// <summary>The folders that hold nothing but these files, as far as it is known.</summary>
    public IReadOnlyList<CleanPath> WholeAmong(IReadOnlyList<LedgerLine> files) =>
        [.. files.GroupBy(file => file.Entry.Path.Parent).Where(folder => simple.TryGetValue(folder.Key, out var count) && count == folder.Count()).Select(folder => folder.Key)];

    private async Task ReadAheadAsync(CleanPath folder, CancellationToken ct)
    {
        var found = new Dictionary<CleanPath, List<SourceEntry>> { [folder] = [] };
        var folders = new List<SourceEntry>();
        var count = 0;
        try
        {
            await foreach (var entry in source.ListAllBelowAsync(folder, ct))
            {
                if (++count > MostAhead)
                {
                    return; // each folder below is asked for its own
                }

                if (entry.IsFolder)
                {
                    folders.Add(entry);
                }

                (found.TryGetValue(entry.Path.Parent, out var siblings) ? siblings : found[entry.Path.Parent] = []).Add(entry);
            }
        }
        catch (FaultException)
        {
            refused = true; // folder by folder it works, or tells why not
            return;
        }

        // A server that does not look below the first folders must not make them look empty.
        if (folders.Exists(below => below.Size > 0 && !found.ContainsKey(below.Path)))
        {
            refused = true;
            return;
        }

        // One that does has found nothing in these; into what others share it may not have looked.
        if (found.Count > 1)
        {
            folders.FindAll(below => below is { Size: 0, Kind: SourceKind.Own }).ForEach(empty => found.TryAdd(empty.Path, []));
        }

        foreach (var (path, entries) in found.Where(listing => listing.Key != folder || listing.Value.Count > 0))
        {
            ahead[path] = entries;
        }
    }
}
