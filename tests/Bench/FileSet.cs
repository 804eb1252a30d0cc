namespace Bench;

/// <summary>Files to move, made anew from their numbers wherever they are needed: the same bytes each time, and none alike.</summary>
internal sealed record FileSet(string Name, int Count, int FilesPerFolder, int SmallestSize, int LargestSize)
{
    public static readonly FileSet Small = new("small", 2_000, 40, 1024, 16 * 1024);
    public static readonly FileSet Many = new("many", 20_000, 200, 1024, 16 * 1024);
    public static readonly FileSet Large = new("large", 10, 10, 200 * 1000 * 1000, 200 * 1000 * 1000);
    public static readonly FileSet Photos = new("photos", 300, 100, 2_000_000, 6_000_000);
    public static readonly FileSet Vast = new("vast", 100_000, 500, 1024, 16 * 1024);
    public static readonly FileSet Heavy = new("heavy", 50, 10, 200 * 1000 * 1000, 200 * 1000 * 1000);

    public static readonly IReadOnlyList<FileSet> All = [Small, Many, Photos, Large, Vast, Heavy];

    public IEnumerable<int> Numbers => Enumerable.Range(0, Count);

    public IEnumerable<string> Folders => Numbers.Select(FolderOf).Distinct();

    public long Bytes => Numbers.Sum(number => (long)SizeOf(number));

    public string FolderOf(int number) => $"folder {number / FilesPerFolder:000}";

    public static string NameOf(int number) => $"file {number:00000}.bin";

    public int SizeOf(int number) => SmallestSize == LargestSize ? LargestSize : new Random(number).Next(SmallestSize, LargestSize + 1);

    public byte[] ContentOf(int number)
    {
        var content = new byte[SizeOf(number)];
        new Random(~number).NextBytes(content);
        return content;
    }
}
