using System.Data.Common;

namespace Shared.Storage;

/// <summary>Answers that were read, given again for exactly as long as nobody has committed anything of theirs since; none where that is not known at once.</summary>
/// <param name="database">What is asked.</param>
/// <param name="table">Where all answers come from; null for more than one table.</param>
/// <param name="most">Bytes that all of them may take, about.</param>
/// <param name="sizeOf">The bytes of one, and of what it is found by.</param>
internal sealed class Remembered<TKey, TAnswer>(Database database, string? table, long most, Func<TKey, TAnswer, long> sizeOf)
    where TKey : notnull
{
    private readonly Lock door = new();

    // When the newer ones are half of all that may be, they become the older ones, and those are forgotten.
    private Dictionary<TKey, TAnswer> newer = [];
    private Dictionary<TKey, TAnswer> older = [];
    private long size;
    private CommitMark since;

    public async ValueTask<TAnswer> ReadAsync(TKey key, Func<DbConnection, Task<TAnswer>> query, CancellationToken ct)
    {
        var before = database.LastCommit;
        if (before is { } now && TryFind(key, now, out var known))
        {
            return known;
        }

        var answer = await database.ReadAsync(query, ct);
        if (before is { } then && database.LastCommit is { } after && IsTrue(then, after))
        {
            Keep(key, answer, after);
        }

        return answer;
    }

    private bool TryFind(TKey key, CommitMark now, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TAnswer answer)
    {
        lock (door)
        {
            answer = default;
            return IsTrue(now) && (newer.TryGetValue(key, out answer) || older.TryGetValue(key, out answer));
        }
    }

    private void Keep(TKey key, TAnswer answer, CommitMark now)
    {
        var bytes = sizeOf(key, answer);
        lock (door)
        {
            if (!IsTrue(now))
            {
                newer.Clear();
                older.Clear();
                (size, since) = (0, now);
            }
            else if (size + bytes > most / 2)
            {
                (older, newer, size) = (newer, [], 0);
            }

            if (bytes <= most / 2 && newer.TryAdd(key, answer))
            {
                size += bytes;
            }
        }
    }

    private bool IsTrue(CommitMark now)
    {
        if (!IsTrue(since, now))
        {
            return false;
        }

        since = now;
        return true;
    }

    private bool IsTrue(CommitMark then, CommitMark now) => then == now || (table is not null && database.IsUnchanged(table, then, now));
}
