using RemoteFiles.Files;

namespace RemoteFiles.Drive;

/// <summary>
/// What one transaction does to the entries of a drive, for whoever watches. Of a directory that is copied, moved or removed
/// the directory alone is told, not what lies in it; folders above, whose sizes change with it, are not told either.
/// </summary>
internal sealed class NodeChanges
{
    /// <summary>The most children that are told when the trash is emptied.</summary>
    public const int MostAtOnce = 1000;

    private readonly Dictionary<string, DriveEventKind> changed = [];
    private readonly List<DriveEvent> removed = [];
    private Entry? left;

    public void Inserted(IReadOnlyList<Node> nodes)
    {
        left = null;
        var ids = nodes.Select(node => node.Id).ToHashSet();
        foreach (var node in nodes.Where(node => !ids.Contains(node.ParentId)))
        {
            changed[node.Id] = DriveEventKind.Created;
        }
    }

    public void Updated(Node node)
    {
        left = null;
        changed.TryAdd(node.Id, DriveEventKind.Updated);
    }

    /// <summary>A file as it is after its change: need not be read again, unless another change follows.</summary>
    public void Left(Entry file) => left = file;

    public void Removed(Node node, FilePath path)
    {
        left = null;
        changed.Remove(node.Id);
        removed.Add(new(DriveEventKind.Deleted, node.Revised().ToEntry(path)));
    }

    /// <summary>Each entry once, as the transaction leaves it.</summary>
    public async Task<IReadOnlyList<DriveEvent>> ReadAsync(Nodes nodes)
    {
        var events = new List<DriveEvent>(removed);
        foreach (var (id, kind) in changed)
        {
            if (left?.Id == id)
            {
                events.Add(new(kind, left));
            }
            else if (await nodes.FindAsync(id) is { } node)
            {
                events.Add(new(kind, node.ToEntry(await nodes.PathOfAsync(id))));
            }
        }

        return events;
    }
}
