using Shared.Faults;

namespace Migration.Migrations;

/// <summary>What of the source is asked for: kinds that are left out by default, chosen folders, and patterns of what shall stay.</summary>
internal sealed record Scope(IReadOnlySet<SourceKind> Include, ExcludePatterns Exclude, IReadOnlyList<CleanPath> Folders, CleanPath Root)
{
    private const int MostFolders = 1000;

    /// <exception cref="FaultException">Malformed: a kind that cannot be asked for, a bad pattern, or a folder outside of the source.</exception>
    public static Scope Read(CleanPath root, IReadOnlyCollection<string> include, IReadOnlyCollection<string> exclude, IReadOnlyCollection<string> folders)
    {
        if (folders.Count > MostFolders)
        {
            throw new FaultException(Fault.Malformed, $"folders must not be more than {MostFolders}");
        }

        var chosen = folders.Select(CleanPath.Normalise).ToList();
        return chosen.All(folder => folder == root || root.Contains(folder))
            ? new(include.Select(KindOf).ToHashSet(), ExcludePatterns.Read(exclude), chosen, root)
            : throw new FaultException(Fault.Malformed, "folders must lie below source_path");
    }

    public static Scope Of(TrackingDocument document) => Read(
        CleanPath.Normalise(document.SourcePath), document.Include ?? [], document.Exclude ?? [], document.Folders ?? []);

    public Scope With(SourceKind kind) => kind is SourceKind.Own or SourceKind.Encrypted ? this : this with { Include = Include.Append(kind).ToHashSet() };

    /// <summary>Less than the whole source: its size says nothing of what comes.</summary>
    public bool IsPart => Folders.Count > 0 || !Exclude.IsEmpty;

    /// <summary>Why this is left out; null when it is not.</summary>
    public Reason? Excludes(SourceEntry entry) => entry.Kind switch
    {
        SourceKind.Encrypted => Reason.EndToEndEncrypted,
        SourceKind.Shared when !Include.Contains(SourceKind.Shared) => Reason.Shared,
        SourceKind.Group when !Include.Contains(SourceKind.Group) => Reason.GroupFolder,
        SourceKind.External when !Include.Contains(SourceKind.External) => Reason.ExternalStorage,
        _ when !IsChosen(entry) => Reason.NotChosen,
        _ when Exclude.IsEmpty => null,
        _ => Exclude.Match(entry.Path.Rebase(Root, CleanPath.Root), entry.IsFolder) ? Reason.Pattern : null,
    };

    // The way to a chosen folder is walked, what lies beside it is not brought.
    private bool IsChosen(SourceEntry entry) => Folders.Count == 0 || Folders.Any(folder =>
        folder.Contains(entry.Path) || (entry.IsFolder && (folder == entry.Path || entry.Path.Contains(folder))));

    private static SourceKind KindOf(string name) => name switch
    {
        "shared" => SourceKind.Shared,
        "group" => SourceKind.Group,
        "external" => SourceKind.External,
        _ => throw new FaultException(Fault.Malformed, "include may name shared, group and external"),
    };
}
