using System.Text;

namespace SystemTests;

/// <summary>Files with the names that break programs.</summary>
internal static class NastyTree
{
    private static readonly string[] Names =
    [
        "plain.txt", "empty", "100%25.txt", "100%.txt", "a+b & c;d=e,f.txt", "what? 'who' \"says\".txt", "#hash", "é.txt", "日本語/😀.txt",
        "folder/deep/er/file.txt", "folder/A.txt", "folder/a.txt", "trailing.dots..", "(1) [2] {3} ~4 @5 $6.txt",
    ];

    /// <param name="root">A directory, made when it is missing.</param>
    /// <param name="more">Names that not every program takes.</param>
    public static void Write(string root, params string[] more)
    {
        Directory.CreateDirectory(Path.Combine(root, "folder", "nothing"));
        foreach (var name in Names.Concat(more))
        {
            var file = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, name == "empty" ? "" : name);
            File.SetLastWriteTimeUtc(file, new DateTime(2020, 9, 13, 12, 26, 40, DateTimeKind.Utc));
        }
    }

    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    public static void AssertSame(string one, string other)
    {
        Assert.Equal(Listing(one), Listing(other));
        foreach (var file in Directory.EnumerateFiles(one, "*", SearchOption.AllDirectories).Where(file => !IsHidden(one, file)))
        {
            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(other, Path.GetRelativePath(one, file)))), file);
        }
    }

    // A sync program keeps its own notes beside the files.
    private static string Listing(string root)
    {
        var listing = new StringBuilder();
        foreach (var entry in Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Where(entry => !IsHidden(root, entry)).Order(StringComparer.Ordinal))
        {
            listing.Append(Path.GetRelativePath(root, entry)).Append(Directory.Exists(entry) ? "/" : "").Append('\n');
        }

        return listing.ToString();
    }

    private static bool IsHidden(string root, string entry) => Path.GetRelativePath(root, entry).StartsWith('.');
}
