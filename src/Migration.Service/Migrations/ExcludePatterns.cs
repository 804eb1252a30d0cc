using System.IO.Enumeration;
using Shared.Faults;

namespace Migration.Migrations;

/// <summary>
/// Patterns as in .gitignore, without brackets: <c>*</c> and <c>?</c> within a name, <c>**</c> over folders, a slash at the end
/// for folders alone, one before or inside for a path from the source on, <c>!</c> to have it after all. The last that matches decides.
/// </summary>
internal sealed class ExcludePatterns
{
    private const int Most = 100;
    private const int Longest = 256;

    private readonly IReadOnlyList<Pattern> patterns;

    private ExcludePatterns(IReadOnlyList<Pattern> patterns) => this.patterns = patterns;

    /// <exception cref="FaultException">Malformed: too many, or one that is too long or empty.</exception>
    public static ExcludePatterns Read(IReadOnlyCollection<string> patterns) => patterns.Count <= Most && patterns.All(text => text.Length <= Longest)
        ? new([.. patterns.Select(Pattern.Read)])
        : throw new FaultException(Fault.Malformed, $"exclude must not be more than {Most} patterns of {Longest} characters");

    public bool IsEmpty => patterns.Count == 0;

    /// <param name="path">From the source on, which is the root here.</param>
    /// <param name="isFolder">A folder that matches is left out with all in it.</param>
    public bool Match(CleanPath path, bool isFolder)
    {
        var names = path.ToString()[1..].Split('/');
        return patterns.LastOrDefault(pattern => pattern.Matches(names, isFolder)) is { IsNegated: false };
    }

    private sealed record Pattern(string[] Names, bool IsNegated, bool OnlyFolders)
    {
        private const string AnyFolders = "**";

        public static Pattern Read(string text)
        {
            var isNegated = text.StartsWith('!');
            var path = isNegated ? text[1..] : text;
            var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var isAnchored = path.TrimEnd('/').Contains('/', StringComparison.Ordinal);
            return names.Length > 0
                ? new(isAnchored ? names : [AnyFolders, .. names], isNegated, path.EndsWith('/'))
                : throw new FaultException(Fault.Malformed, "exclude must not hold an empty pattern");
        }

        // Row by row from the end, so that no pattern costs more than its length times that of the path.
        public bool Matches(string[] path, bool isFolder)
        {
            if (OnlyFolders && !isFolder)
            {
                return false;
            }

            var rest = new bool[path.Length + 1];
            rest[path.Length] = true;
            for (var i = Names.Length - 1; i >= 0; i--)
            {
                var next = new bool[path.Length + 1];
                for (var at = path.Length; at >= 0; at--)
                {
                    next[at] = Names[i] == AnyFolders
                        ? (rest[at] && (i < Names.Length - 1 || at < path.Length)) || (at < path.Length && (next[at + 1] || rest[at + 1]))
                        : at < path.Length && rest[at + 1] && FileSystemName.MatchesSimpleExpression(Names[i], path[at], ignoreCase: false);
                }

                rest = next;
            }

            return rest[0];
        }
    }
}
