using Migration.Migrations;

namespace Migration.Tracking;

/// <summary>The columns of a ledger's line that say what was listed at the source.</summary>
internal abstract record SourceRow
{
    public long Number { get; init; }

    public string Path { get; init; } = "";

    public bool IsFolder { get; init; }

    public string SourceId { get; init; } = "";

    public string ETag { get; init; } = "";

    public long Size { get; init; }

    public long? ModifiedAt { get; init; }

    protected SourceEntry Entry => new(SourceId, CleanPath.Exact(Path)!, IsFolder, Size, ETag, ModifiedAt);
}
