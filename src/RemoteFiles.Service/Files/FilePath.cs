using Shared.Faults;

namespace RemoteFiles.Files;

/// <summary>
/// The absolute path of a file or folder in a tree: decoded names, compared byte for byte. Parsed once, at the door;
/// holds no empty name, no <c>.</c> or <c>..</c>, no slash and no NUL inside a name.
/// </summary>
internal sealed record FilePath
{
    public static FilePath Root { get; } = new("/");

    private readonly string text;

    private FilePath(string text) => this.text = text;

    public bool IsRoot => text.Length == 1;

    /// <summary>The last name; empty for the root.</summary>
    public string Name => text[(text.LastIndexOf('/') + 1)..];

    /// <summary>The folder that holds this one; the root is its own parent.</summary>
    public FilePath Parent => text.LastIndexOf('/') is var slash and > 0 ? new(text[..slash]) : Root;

    /// <summary>What it takes in memory, about.</summary>
    public long Bytes => 64 + (text.Length * sizeof(char));

    public IEnumerable<string> Names => text.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Reads a decoded path; slashes at its ends and doubled ones do not count.</summary>
    /// <exception cref="FaultException">Malformed: a name is <c>.</c>, <c>..</c> or holds NUL.</exception>
    public static FilePath Parse(string decoded)
    {
        var names = decoded.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            Check(name);
        }

        return names.Length == 0 ? Root : new("/" + string.Join('/', names));
    }

    public FilePath Child(string name)
    {
        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
        {
            throw new FaultException(Fault.Malformed, "a file name is empty or contains a slash");
        }

        Check(name);
        return new(IsRoot ? "/" + name : text + "/" + name);
    }

    /// <summary>True for the path itself and everything below it.</summary>
    public bool Contains(FilePath other) =>
        IsRoot || other == this || (other.text.StartsWith(text, StringComparison.Ordinal) && other.text[text.Length] == '/');

    public override string ToString() => text;

    private static void Check(string name)
    {
        if (name is "." or ".." || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new FaultException(Fault.Malformed, "a path holds '.', '..' or a NUL character");
        }
    }
}
