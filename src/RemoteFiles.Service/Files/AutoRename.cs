using System.Globalization;

namespace RemoteFiles.Files;

/// <summary>The names to try for something whose name is taken: <c>note.txt</c>, <c>note (2).txt</c>, <c>note (3).txt</c> …</summary>
internal static class AutoRename
{
    // A thousand names in use and the next one free is rarer than a loop that should end.
    private const int Most = 1000;

    /// <summary>The name itself first; what follows the last dot stays at the end.</summary>
    public static IEnumerable<string> Candidates(string name) =>
        name.LastIndexOf('.') is var dot and >= 0 ? Candidates(name, name[..dot], name[dot..]) : FolderCandidates(name);

    /// <summary>The same for a folder, whose name has no extension.</summary>
    public static IEnumerable<string> FolderCandidates(string name) => Candidates(name, name, "");

    private static IEnumerable<string> Candidates(string name, string stem, string extension)
    {
        yield return name;
        var (bare, number) = Numbered(stem);
        for (var tried = 1; tried < Most; tried++, number++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{bare} ({number}){extension}");
        }
    }

    // "note (7)" goes on with 8, "note" begins with 2.
    private static (string Bare, int Next) Numbered(string stem)
    {
        var open = stem.LastIndexOf(" (", StringComparison.Ordinal);
        return open >= 0 && stem[^1] == ')' && int.TryParse(stem.AsSpan()[(open + 2)..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < int.MaxValue - Most
            ? (stem[..open], number + 1)
            : (stem, 2);
    }
}
