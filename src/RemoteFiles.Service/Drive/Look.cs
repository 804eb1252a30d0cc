using RemoteFiles.Files;

namespace RemoteFiles.Drive;

/// <summary>A node with all that is told of it, and its content where that lies in the database.</summary>
internal sealed record Look(Node Node, Entry Entry, IReadOnlyList<NodeProperty> Properties, byte[]? Content)
{
    private const long BytesOfRow = 2048;

    /// <summary>What is known of a path takes so much memory, about; also where nothing is there.</summary>
    public static long BytesOf(FilePath path, Look? look) => BytesOfRow + (Texts(path, look).Sum(text => text.Length) * sizeof(char)) + (look?.Content?.Length ?? 0);

    private static IEnumerable<string> Texts(FilePath path, Look? look) =>
        [path.ToString(), .. look is null ? Array.Empty<string>() : [look.Node.Name, look.Node.Annotations, look.Node.RestorePath, .. look.Properties.Select(property => property.Value)]];
}
