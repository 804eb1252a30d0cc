namespace Shared.Storage;

/// <summary>Which tables the last commits of this process changed: what was read of another table is still so after them.</summary>
internal sealed class RecentCommits
{
    private const int Most = 1024;
    private readonly Lock door = new();
    private readonly Dictionary<CommitMark, Commit> commits = [];
    private readonly Queue<CommitMark> order = [];

    public void Add(CommitMark before, CommitMark after, IReadOnlyCollection<string> tables)
    {
        // Another process has committed between.
        if (after.Number != before.Number + 1)
        {
            return;
        }

        lock (door)
        {
            if (order.Count == Most)
            {
                commits.Remove(order.Dequeue());
            }

            if (commits.TryAdd(before, new(after, tables)))
            {
                order.Enqueue(before);
            }
        }
    }

    /// <summary>False also where it is not known.</summary>
    public bool HaveSpared(string table, CommitMark since, CommitMark now)
    {
        lock (door)
        {
            while (since != now)
            {
                if (!commits.TryGetValue(since, out var commit) || commit.Tables.Contains(table))
                {
                    return false;
                }

                since = commit.After;
            }

            return true;
        }
    }

    private sealed record Commit(CommitMark After, IReadOnlyCollection<string> Tables);
}
