namespace StandIn;

/// <summary>A file or a folder of the tree.</summary>
internal abstract class Node(string name, long id)
{
    public string Name { get; set; } = name;

    /// <summary>oc:fileid: kept over renames, overwrites, trash and restore.</summary>
    public long Id { get; } = id;

    public FolderNode? Parent { get; set; }

    /// <summary>Without its quotes: 32 hex digits of a file, 13 of a folder.</summary>
    public string ETag { get; set; } = "";

    public DateTimeOffset ModifiedAt { get; set; }

    public abstract long Size { get; }

    /// <summary>Set on a folder that others shared without the right to write; holds for all below it.</summary>
    public bool ReadOnly { get; set; }

    public bool IsWritable => !ReadOnly && (Parent?.IsWritable ?? true);

    public IEnumerable<FolderNode> Ancestors
    {
        get
        {
            for (var folder = Parent; folder is not null; folder = folder.Parent)
            {
                yield return folder;
            }
        }
    }
}

/// <summary>Its bytes are a file on disk that is never changed: an overwrite brings another one.</summary>
internal sealed class FileNode(string name, long id) : Node(name, id)
{
    public string BodyFile { get; set; } = "";

    public long Length { get; set; }

    /// <summary>OC-Checksum as it was sent; Nextcloud does not compare it with the bytes.</summary>
    public string Checksum { get; set; } = "";

    public override long Size => Length;
}

internal sealed class FolderNode(string name, long id) : Node(name, id)
{
    public SortedDictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

    public override long Size => Children.Values.Sum(child => child.Size);
}

/// <summary>An item of the trash: its key is <c>name.d&lt;seconds&gt;</c>, <paramref name="From"/> the path it had.</summary>
internal sealed record TrashedNode(string Key, Node Node, string[] From, long DeletedAt);
