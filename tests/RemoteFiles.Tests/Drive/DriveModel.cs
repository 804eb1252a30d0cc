using System.Text;
using Shared.Faults;

namespace RemoteFiles.Tests.Drive;

/// <summary>A drive as a list of paths. Each command answers the fault it ends in, or null, and then has happened.</summary>
internal sealed class DriveModel
{
    public const string Trash = "/.cozy_trash";
    private readonly Dictionary<int, string> restorePaths = [];
    private int uids;
    private string? deleted;

    public DriveModel() => Nodes = new() { ["/"] = New(null), [Trash] = New(null) };

    public Dictionary<string, ModelNode> Nodes { get; private set; }

    public long Used => Nodes.Values.Sum(node => (long)(node.Content?.Length ?? 0));

    /// <summary>Copies share theirs; two uploads never do. Former contents are kept, but those of no bytes.</summary>
    public int DistinctContents =>
        Nodes.Values.Where(node => !node.IsFolder).SelectMany(node => node.Former.Append(node.Content)).Distinct(ReferenceEqualityComparer.Instance).Count();

    public List<string> TrashTops() => [.. Nodes.Keys.Where(path => ParentOf(path) == Trash)];

    public bool IsTrashed(string path) => IsBelow(Trash, path);

    public long SizeOf(string path) => Nodes
        .Where(pair => (pair.Key == path || IsBelow(path, pair.Key)) && (path != "/" || !IsTrashed(pair.Key)))
        .Sum(pair => (long)(pair.Value.Content?.Length ?? 0));

    /// <summary>Of each node what its ETag stands for: its version and, recursively, which children it has under which names.</summary>
    public Dictionary<int, string> Signatures() => Nodes.ToDictionary(pair => pair.Value.Uid, pair => Signature(pair.Key));

    public Fault? Write(string path, byte[] content, bool overwrite)
    {
        if (NoParent(path) is { } fault)
        {
            return fault;
        }

        if (Nodes.TryGetValue(path, out var taken))
        {
            if (!overwrite || taken.IsFolder)
            {
                return Fault.AlreadyExists;
            }

            taken.Former = [.. taken.Former.Concat(taken.Content is { Length: > 0 } former ? [former] : []).TakeLast(20)];
            taken.Content = content;
            taken.Version++;
            return null;
        }

        Nodes[path] = New(content);
        return null;
    }

    public Fault? MakeFolder(string path) => NoParent(path) ?? (Nodes.TryAdd(path, New(null)) ? null : Fault.AlreadyExists);

    public Fault? Ensure(string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var prefixes = names.Select((_, i) => "/" + string.Join('/', names.Take(i + 1))).ToList();
        foreach (var prefix in prefixes)
        {
            if (prefix == Trash)
            {
                return Fault.ParentNotFound;
            }

            if (Nodes.TryGetValue(prefix, out var there) && !there.IsFolder)
            {
                return Fault.Conflict;
            }
        }

        prefixes.ForEach(prefix => Nodes.TryAdd(prefix, New(null)));
        return null;
    }

    public Fault? Touch(string path)
    {
        if (!Nodes.TryGetValue(path, out var node))
        {
            return Fault.NotFound;
        }

        node.Version++;
        return null;
    }

    public Fault? Move(string from, string to)
    {
        if (!Nodes.ContainsKey(from))
        {
            return Fault.NotFound;
        }

        if (IsTrashed(from))
        {
            return Fault.PreconditionFailed;
        }

        if (Refused(from, to) is { } fault)
        {
            return fault;
        }

        Rename(from, to);
        return null;
    }

    public Fault? Copy(string from, string to)
    {
        if (!Nodes.ContainsKey(from))
        {
            return Fault.NotFound;
        }

        if (Refused(from, to) is { } fault)
        {
            return fault;
        }

        foreach (var (path, node) in Nodes.Where(pair => pair.Key == from || IsBelow(from, pair.Key)).ToList())
        {
            Nodes.Add(to + path[from.Length..], New(node.Content));
        }

        return null;
    }

    public Fault? Delete(string path)
    {
        if (!Nodes.TryGetValue(path, out var node))
        {
            return Fault.NotFound;
        }

        if (IsTrashed(path))
        {
            Remove(path);
            return null;
        }

        // Where the name is taken the drive chooses another: see LearnTrashNames.
        restorePaths[node.Uid] = path;
        deleted = Trash + "/" + path.Split('/')[^1];
        if (Nodes.ContainsKey(deleted))
        {
            deleted += " (?)";
        }

        Rename(path, deleted);
        return null;
    }

    public void LearnTrashNames(IEnumerable<string> seen)
    {
        if (deleted?.EndsWith(" (?)", StringComparison.Ordinal) == true)
        {
            var chosen = seen.Single(path => ParentOf(path) == Trash && !Nodes.ContainsKey(path));
            Assert.Matches(@" \(\d{9}\)$", chosen);
            Assert.StartsWith(deleted[..^4], chosen, StringComparison.Ordinal);
            Rename(deleted, chosen);
        }

        deleted = null;
    }

    public Fault? Restore(string item)
    {
        var to = restorePaths[Nodes[item].Uid];
        if (ParentOf(to) != "/" && Prefixes(ParentOf(to)).Any(prefix => Nodes.TryGetValue(prefix, out var there) && !there.IsFolder))
        {
            return Fault.Conflict;
        }

        if (Nodes.ContainsKey(to))
        {
            return Fault.AlreadyExists;
        }

        if (ParentOf(to) != "/")
        {
            Ensure(ParentOf(to));
        }

        Rename(item, to);
        return null;
    }

    public Fault? Empty()
    {
        TrashTops().ForEach(Remove);
        return null;
    }

    private Fault? Refused(string from, string to) =>
        IsBelow(from, to) ? Fault.Malformed : NoParent(to) ?? (Nodes.ContainsKey(to) ? Fault.AlreadyExists : null);

    private Fault? NoParent(string path) =>
        !Nodes.TryGetValue(ParentOf(path), out var parent) || !parent.IsFolder || ParentOf(path) == Trash || IsTrashed(path) ? Fault.ParentNotFound : null;

    private void Rename(string from, string to) => Nodes = Nodes.ToDictionary(
        pair => pair.Key == from || IsBelow(from, pair.Key) ? to + pair.Key[from.Length..] : pair.Key, pair => pair.Value);

    private void Remove(string path) =>
        Nodes = Nodes.Where(pair => pair.Key != path && !IsBelow(path, pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);

    private string Signature(string path)
    {
        var node = Nodes[path];
        var text = new StringBuilder($"{node.Uid}.{node.Version}");
        foreach (var child in Nodes.Keys.Where(key => key != path && key != Trash && ParentOf(key) == path).Order(StringComparer.Ordinal))
        {
            text.Append($"({child.Split('/')[^1]}:{Signature(child)})");
        }

        return text.ToString();
    }

    private ModelNode New(byte[]? content) => new() { Uid = ++uids, Content = content };

    private static IEnumerable<string> Prefixes(string path) => path == "/" ? [] : Prefixes(ParentOf(path)).Append(path);

    private static string ParentOf(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "/";

    private static bool IsBelow(string above, string path) => path != above && path.StartsWith(above == "/" ? "/" : above + "/", StringComparison.Ordinal);
}

internal sealed class ModelNode
{
    public required int Uid { get; init; }

    public int Version { get; set; }

    public byte[]? Content { get; set; }

    /// <summary>The drive's id, once it is known.</summary>
    public string? Id { get; set; }

    public IReadOnlyList<byte[]?> Former { get; set; } = [];

    public bool IsFolder => Content is null;
}
