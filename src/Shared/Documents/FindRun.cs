using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Shared.Documents;

/// <summary>
/// Answers one <see cref="FindQuery"/>: what it describes, in its order, from its bookmark on. Without a sort it stops at the limit;
/// with one it keeps the sort keys of the rows it may answer, and reads those again.
/// </summary>
internal sealed class FindRun<T>(FindQuery query, Func<T, JsonObject> toJson, Func<T, string> idOf)
    where T : class
{
    /// <summary>How many were answered.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count >= query.Limit;

    /// <summary>Where a full answer goes on; else empty.</summary>
    public string Bookmark { get; private set; } = "";

    /// <param name="read">All there are after an id ("" for all), by their ids.</param>
    /// <param name="find">One by its id; null when it is gone meanwhile.</param>
    /// <param name="ct">Stops the search.</param>
    public IAsyncEnumerable<T> RunAsync(Func<string, IAsyncEnumerable<T>> read, Func<string, Task<T?>> find, CancellationToken ct) =>
        query.Sort.Count == 0 ? ByIdAsync(read, ct) : SortedAsync(read, find, ct);

    private async IAsyncEnumerable<T> ByIdAsync(Func<string, IAsyncEnumerable<T>> read, [EnumeratorCancellation] CancellationToken ct)
    {
        var skip = query.Skip;
        await foreach (var one in read(query.Bookmark.Length == 0 ? "" : FindBookmark.Parse(query.Bookmark, 0).Id).WithCancellation(ct))
        {
            if (query.Selector.Matches(toJson(one)) && --skip < 0)
            {
                Answered(new([], idOf(one)));
                yield return one;
                if (IsFull)
                {
                    yield break;
                }
            }
        }
    }

    private async IAsyncEnumerable<T> SortedAsync(
        Func<string, IAsyncEnumerable<T>> read, Func<string, Task<T?>> find, [EnumeratorCancellation] CancellationToken ct)
    {
        var order = Comparer<FindBookmark>.Create(query.Descending ? (left, right) => right.CompareTo(left) : (left, right) => left.CompareTo(right));
        var from = query.Bookmark.Length == 0 ? null : FindBookmark.Parse(query.Bookmark, query.Sort.Count);
        var first = new SortedSet<FindBookmark>(order);
        await foreach (var one in read("").WithCancellation(ct))
        {
            var json = toJson(one);
            if (!query.Selector.Matches(json))
            {
                continue;
            }

            var at = FindBookmark.Of(json, query.Sort, idOf(one));
            if ((from is null || order.Compare(at, from) > 0) && first.Add(at) && first.Count > (long)query.Skip + query.Limit)
            {
                first.Remove(first.Max!);
            }
        }

        foreach (var at in first.Skip(query.Skip))
        {
            Answered(at);
            if (await find(at.Id) is { } one)
            {
                yield return one;
            }
        }
    }

    private void Answered(FindBookmark at)
    {
        Count++;
        Bookmark = IsFull ? at.ToString() : "";
    }
}
