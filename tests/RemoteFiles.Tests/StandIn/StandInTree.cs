using System.Globalization;
using System.Security.Cryptography;

namespace StandIn;

/// <summary>
/// The user's files and trash. Names are kept byte for byte. Every change gives a new ETag to all folders above it, as Nextcloud does.
/// Each method is one step: nobody sees half of it.
/// </summary>
internal sealed class StandInTree(DirectoryInfo bodies, TimeProvider clock) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<TrashedNode> trash = [];
    private readonly FolderNode home = NewHome(clock);
    private long lastId = 1000;
    private long lastFolderTag = 0x6b01d685e3901;
    private int lastBody;

    /// <summary>Bytes of all files.</summary>
    public long Size => Locked(() => home.Size);

    /// <summary>The newest first.</summary>
    public IReadOnlyList<TrashedNode> Trash => Locked<IReadOnlyList<TrashedNode>>(() => [.. trash.AsEnumerable().Reverse()]);

    public Node? Find(params string[] path) => Locked(() => Walk(path));

    /// <summary>The children of a folder at this moment, in the order of their names.</summary>
    public IReadOnlyList<Node> ChildrenOf(FolderNode folder) => Locked<IReadOnlyList<Node>>(() => [.. folder.Children.Values]);

    public bool Exists(string path) => Find(Names(path)) is not null;

    /// <summary>The bytes of a file.</summary>
    public byte[] Read(string path) => File.ReadAllBytes(((FileNode)Find(Names(path))!).BodyFile);

    /// <summary>Makes a folder and what is missing above it.</summary>
    public FolderNode AddFolder(string path) => Locked(() => MakeFolders(Names(path)));

    public FileNode AddFile(string path, ReadOnlySpan<byte> bytes, DateTimeOffset? modifiedAt = null)
    {
        var body = NewBodyFile();
        File.WriteAllBytes(body, bytes);
        var names = Names(path);
        lock (gate)
        {
            MakeFolders(names[..^1]);
            return (FileNode)Store(names, body, "", modifiedAt);
        }
    }

    public void Remove(string path) => Locked(() => Detach(Walk(Names(path))!));

    /// <summary>Where a body may be written before it is stored.</summary>
    public string NewBodyFile() => Path.Combine(bodies.FullName, Interlocked.Increment(ref lastBody).ToString(CultureInfo.InvariantCulture));

    /// <summary>Puts a body at a path whose folder exists; a file that is there keeps its id.</summary>
    public Node Store(string[] path, string bodyFile, string checksum, DateTimeOffset? modifiedAt) => Locked(() =>
    {
        var node = Walk(path) as FileNode ?? Attach(new FileNode(path[^1], ++lastId), (FolderNode)Walk(path[..^1])!);
        (node.BodyFile, node.Length, node.Checksum) = (bodyFile, new FileInfo(bodyFile).Length, checksum);
        node.ModifiedAt = Seconds(modifiedAt ?? clock.GetUtcNow());
        node.ETag = NewFileTag();
        Touch(node);
        return node;
    });

    public FolderNode MakeFolder(string[] path) => Locked(() => NewFolder((FolderNode)Walk(path[..^1])!, path[^1]));

    /// <summary>Into the trash, under its name and the second; a key that is taken counts the second up.</summary>
    public void Delete(Node node)
    {
        lock (gate)
        {
            var from = PathOf(node);
            Detach(node);
            var second = clock.GetUtcNow().ToUnixTimeSeconds();
            while (trash.Any(item => item.Key == KeyOf(node, second)))
            {
                second++;
            }

            trash.Add(new(KeyOf(node, second), node, from, second));
        }
    }

    /// <summary>What stands at the destination goes to the trash; the file keeps its ETag and its id.</summary>
    public void Move(Node node, string[] to)
    {
        lock (gate)
        {
            Replace(to);
            Detach(node);
            node.Name = to[^1];
            Touch(Attach(node, (FolderNode)Walk(to[..^1])!));
        }
    }

    public Node Copy(Node node, string[] to)
    {
        lock (gate)
        {
            Replace(to);
            var copy = Attach(Clone(node, to[^1]), (FolderNode)Walk(to[..^1])!);
            Touch(copy);
            return copy;
        }
    }

    /// <summary>Back to where it was; to the home when that folder is gone, under another name when its own is taken.</summary>
    public void Restore(TrashedNode item)
    {
        lock (gate)
        {
            trash.Remove(item);
            var parent = Walk(item.From[..^1]) as FolderNode ?? home;
            var name = item.From[^1];
            var stem = Path.GetFileNameWithoutExtension(name);
            for (var i = 1; parent.Children.ContainsKey(name); i++)
            {
                name = $"{stem} (restored{(i > 1 ? $" {i}" : "")}){Path.GetExtension(item.From[^1])}";
            }

            item.Node.Name = name;
            Touch(Attach(item.Node, parent));
        }
    }

    public bool Forget(TrashedNode item) => Locked(() => trash.Remove(item));

    public void EmptyTrash() => Locked(trash.Clear);

    public void Dispose() => bodies.Delete(recursive: true);

    private static string[] Names(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string KeyOf(Node node, long second) => string.Create(CultureInfo.InvariantCulture, $"{node.Name}.d{second}");

    private static DateTimeOffset Seconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static string NewFileTag() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static FolderNode NewHome(TimeProvider clock) => new("", 1000) { ETag = "6b01d685e3900", ModifiedAt = Seconds(clock.GetUtcNow()) };

    private static string[] PathOf(Node node) => [.. node.Ancestors.Reverse().Skip(1).Select(folder => folder.Name), node.Name];

    private static T Attach<T>(T node, FolderNode parent)
        where T : Node
    {
        node.Parent = parent;
        parent.Children[node.Name] = node;
        return node;
    }

    private void Detach(Node node)
    {
        var parent = node.Parent ?? throw new InvalidOperationException("the home stays");
        parent.Children.Remove(node.Name);
        Touch(node);
        node.Parent = null;
    }

    private Node? Walk(string[] path)
    {
        Node? node = home;
        foreach (var name in path)
        {
            node = (node as FolderNode)?.Children.GetValueOrDefault(name);
        }

        return node;
    }

    private FolderNode MakeFolders(string[] path)
    {
        var folder = home;
        foreach (var name in path)
        {
            folder = folder.Children.GetValueOrDefault(name) as FolderNode ?? NewFolder(folder, name);
        }

        return folder;
    }

    private FolderNode NewFolder(FolderNode parent, string name)
    {
        var folder = Attach(new FolderNode(name, ++lastId) { ModifiedAt = Seconds(clock.GetUtcNow()) }, parent);
        folder.ETag = NewFolderTag();
        Touch(folder);
        return folder;
    }

    private void Replace(string[] path)
    {
        if (Walk(path) is { } taken)
        {
            Delete(taken);
        }
    }

    private Node Clone(Node node, string name)
    {
        if (node is FileNode file)
        {
            return new FileNode(name, ++lastId)
            {
                BodyFile = file.BodyFile, Length = file.Length, Checksum = file.Checksum, ModifiedAt = file.ModifiedAt, ETag = NewFileTag(),
            };
        }

        var folder = new FolderNode(name, ++lastId) { ModifiedAt = Seconds(clock.GetUtcNow()), ETag = NewFolderTag() };
        foreach (var child in ((FolderNode)node).Children.Values)
        {
            Attach(Clone(child, child.Name), folder);
        }

        return folder;
    }

    /// <summary>All folders above get one new ETag, the same for all, and the time.</summary>
    private void Touch(Node node)
    {
        var tag = NewFolderTag();
        foreach (var folder in node.Ancestors)
        {
            (folder.ETag, folder.ModifiedAt) = (tag, Seconds(clock.GetUtcNow()));
        }
    }

    private string NewFolderTag() => (++lastFolderTag).ToString("x13", CultureInfo.InvariantCulture);

    private T Locked<T>(Func<T> step)
    {
        lock (gate)
        {
            return step();
        }
    }

    private void Locked(Action step)
    {
        lock (gate)
        {
            step();
        }
    }
}
