using RemoteFiles.Files;

namespace RemoteFiles.Drive;

/// <summary>A node with all that is told of it, and its content where that lies in the database, else the sums of its blocks.</summary>
internal sealed record Look(Node Node, IReadOnlyList<NodeProperty> Properties, byte[]? Held)
{
    /// <summary>What is known of a path, be it that nothing is there, takes so much memory, about.</summary>
    public static long BytesOf(FilePath path, Look? look) => path.Bytes + (look is null ? 0 : look.Node.Bytes + (look.Held?.Length ?? 0) + look.Properties.Sum(BytesOf));

    private static long BytesOf(NodeProperty property) => (property.Namespace.Length + property.Name.Length + property.Value.Length) * sizeof(char);
}

/// <summary>The children of a folder: their rows where they are few, else their file ids.</summary>
internal sealed record Listing(string FolderId, IReadOnlyList<Node> Few, IReadOnlyList<long> Many)
{
    public static long BytesOf(FilePath folder, Listing listing) => folder.Bytes + (listing.Many.Count * sizeof(long)) + listing.Few.Sum(node => node.Bytes);
}
