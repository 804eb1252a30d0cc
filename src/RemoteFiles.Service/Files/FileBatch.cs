namespace RemoteFiles.Files;

/// <summary>Small files of one tree to be read together. <paramref name="WholeFolders"/> are those that hold nothing but files of this batch.</summary>
internal sealed record FileBatch(IReadOnlyList<Entry> Files, IReadOnlySet<FilePath> WholeFolders)
{
    /// <summary>Bytes of the largest file that is read whole.</summary>
    public const int LargestFile = 1024 * 1024;
}

/// <summary>A small file with all its bytes.</summary>
internal sealed record WholeFile(Entry Entry, byte[] Content);
