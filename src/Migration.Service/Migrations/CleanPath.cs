using Shared.Faults;

namespace Migration.Migrations;

/// <summary>An absolute path without empty names, <c>.</c> or <c>..</c>; its names are decoded and compared byte for byte.</summary>
internal sealed record CleanPath
{
    public static readonly CleanPath Root = new("/");

    private readonly string text;

    private CleanPath(string text) => this.text = text;

    /// <summary>The last name; empty for the root.</summary>
    public string Name => text[(text.LastIndexOf('/') + 1)..];

    /// <summary>The folder that holds this one; the root is its own parent.</summary>
    public CleanPath Parent => text.LastIndexOf('/') is var slash and > 0 ? new(text[..slash]) : Root;

    /// <summary>True for everything below this path.</summary>
    public bool Contains(CleanPath other) =>
        other.text.Length > text.Length && (text.Length == 1 || (other.text[text.Length] == '/' && other.text.StartsWith(text, StringComparison.Ordinal)));

    /// <summary>Makes a clean path of what a user wrote: <c>Photos//2024/</c> is <c>/Photos/2024</c>, and <c>..</c> never leads above the root.</summary>
    /// <exception cref="FaultException">Malformed: it holds NUL.</exception>
    public static CleanPath Normalise(string text)
    {
        var names = new List<string>();
        foreach (var name in text.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (name)
            {
                case ".":
                    break;
                case "..":
                    names.RemoveRange(Math.Max(names.Count - 1, 0), Math.Min(names.Count, 1));
                    break;
                default:
                    names.Add(name);
                    break;
            }
        }

        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new FaultException(Fault.Malformed, "source_path must be a clean absolute path")
            : new("/" + string.Join('/', names));
    }

    /// <summary>Null unless the text is a clean absolute path as it stands.</summary>
    public static CleanPath? Exact(string text) =>
        text == "/" ? Root
        : text.StartsWith('/') && AreNames(text.AsSpan(1)) ? new(text)
        : null;

    /// <exception cref="FaultException">Malformed: not a name that a path can hold.</exception>
    public CleanPath Child(string name) =>
        IsName(name) && !name.Contains('/', StringComparison.Ordinal)
            ? new(text.Length == 1 ? "/" + name : text + "/" + name)
            : throw new FaultException(Fault.Malformed, "a name is empty, '.', '..', or holds a slash or NUL");

    /// <summary>Where this path lies when <paramref name="from"/>, which holds it, is moved to <paramref name="to"/>.</summary>
    public CleanPath Rebase(CleanPath from, CleanPath to) =>
        text[(from.text.Length == 1 ? 0 : from.text.Length)..].Trim('/') is { Length: > 0 } rest
            ? new((to.text.Length == 1 ? "" : to.text) + "/" + rest)
            : to;

    public override string ToString() => text;

    private static bool AreNames(ReadOnlySpan<char> text)
    {
        foreach (var name in text.Split('/'))
        {
            if (!IsName(text[name]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsName(ReadOnlySpan<char> name) => name is not ("" or "." or "..") && !name.Contains('\0');
}
