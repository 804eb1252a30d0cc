using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Bridge.Demo;

/// <summary>A made-up user's files: about 300, of mixed sizes, with the names and dates that trouble migrations.</summary>
internal sealed class SampleTree
{
    private const int Seed = 20261;
    private static readonly string[] Folders =
    [
        "", "Documents", "Documents/2024", "Documents/2025 & before", "Photos", "Photos/Été à la mer", "Photos/日本", "Music", "Code/src", "Code/100% done",
        "Empty folder",
    ];

    private static readonly string[] OddNames =
    [
        "100% & +#.txt", "a%20b.txt", "日本語.md", "e\u0301 (NFD).txt", "\u00e9 (NFC).txt", "what?.txt", "it's \"quoted\".txt", "semi;colon=1,2@x.csv",
        "no extension", ".hidden", "emoji 🎉.png", "tab-less   spaces.txt", "UPPER.TXT", "upper.txt", "ends with dot.", "zero bytes.bin",
    ];

    private SampleTree(IReadOnlyList<SampleFile> files) => Files = files;

    public static IReadOnlyList<string> AllFolders => Folders[1..];

    public IReadOnlyList<SampleFile> Files { get; }

    public long Bytes => Files.Sum(file => (long)file.Size);

    /// <param name="count">How many files; at least the odd names.</param>
    public static SampleTree Make(int count = 300)
    {
        // Not for secrets: the same tree every time.
        var random = new Random(Seed);
        var files = OddNames.Select((name, i) => new SampleFile(Join("Documents", name), name == "zero bytes.bin" ? 0 : random.Next(1, 5_000), i)).ToList();
        for (var i = files.Count; i < count; i++)
        {
            var folder = Folders[random.Next(Folders.Length - 1)];
            var size = (i % 50) switch { 0 => random.Next(1_000_000, 6_000_000), < 10 => random.Next(50_000, 400_000), _ => random.Next(1, 20_000) };
            files.Add(new(Join(folder, string.Create(CultureInfo.InvariantCulture, $"file {i:000}.{Extension(i)}")), size, i));
        }

        return new(files);
    }

    /// <summary>The same files on a server that keeps every name in Unicode NFC, as Nextcloud does.</summary>
    public SampleTree InNfc() => new(Files.Select(file => file with { Path = file.Path.Normalize(NormalizationForm.FormC) }).ToList());

    private static string Join(string folder, string name) => folder.Length == 0 ? "/" + name : $"/{folder}/{name}";

    private static string Extension(int i) => (i % 5) switch { 0 => "jpg", 1 => "txt", 2 => "pdf", 3 => "odt", _ => "mp3" };
}

/// <summary>A file whose content, hash and date follow from its number.</summary>
internal sealed record SampleFile(string Path, int Size, int Number)
{
    public string Folder => Path[..Path.LastIndexOf('/')];

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public DateTimeOffset ModifiedAt => new DateTimeOffset(2012, 2, 29, 23, 59, 58, TimeSpan.Zero).AddHours(Number * 97);

    public byte[] Content()
    {
        var bytes = new byte[Size];
        new Random(Number).NextBytes(bytes);
        return bytes;
    }

    public string Sha256() => Convert.ToHexStringLower(SHA256.HashData(Content()));
}
