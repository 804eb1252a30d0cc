namespace Migration.Migrations;

/// <summary>
/// How many files came to which end; what failed or was left out counts folders as well. The first three are all that
/// arrived: <c>imported</c>, <c>identical</c> as they were here already, <c>renamed</c> as something else had their name.
/// </summary>
internal sealed record FileCounts(long Imported, long Identical, long Renamed, long Excluded, long Failed, long Gone, ProofCounts Verified);

/// <summary>Of the files that arrived: how they were compared with the source. <c>none</c> is not known.</summary>
internal sealed record ProofCounts(long Length, long Checksum, long Content, long Version, long Hash, long None);
