using Dapper;
using Shared.Storage;

namespace RemoteFiles.Drive;

/// <summary>Removes contents that nothing names. An id that no row names will never be named: only its own upload could, and that is over.</summary>
internal sealed class ContentRemoval(Database database, IBlobs blobs)
{
    /// <summary>Those of these ids that a file, a version, an upload in pieces or a joined content names.</summary>
    public Task<IEnumerable<string>> NamedAsync(IReadOnlyList<string> ids, CancellationToken ct) =>
        database.ReadAsync(db => db.QueryAsync<string>(NodeSql.NamedBlobs, new { blobs = ids }), ct);

    /// <summary>Removes those of these that nothing names, and what only they were joined of; answers how many those were.</summary>
    public async Task<int> RemoveAsync(IReadOnlyList<string> ids, CancellationToken ct)
    {
        var unnamed = ids.Except(await NamedAsync(ids, ct)).ToList();
        await blobs.DeleteAsync(unnamed.FindAll(id => !SmallContent.Is(id)), ct);
        if (unnamed.Exists(SmallContent.Is) || (await database.ReadAsync(db => db.QueryAsync<string>(NodeSql.Summed, new { blobs = unnamed }), ct)).Any())
        {
            await database.WriteAsync(db => new Nodes(db, "").RemoveContentsAsync(unnamed), ct);
        }

        return unnamed.Count + await RemovePartsAsync(unnamed, ct);
    }

    // A blob that was joined is but a list of parts; with it go those that nothing else names.
    private async Task<int> RemovePartsAsync(List<string> unnamed, CancellationToken ct)
    {
        const string joined = "SELECT DISTINCT blob_id FROM blob_segments WHERE blob_id IN @unnamed";
        var lists = (await database.ReadAsync(db => db.QueryAsync<string>(joined, new { unnamed }), ct)).AsList();
        if (lists.Count == 0)
        {
            return 0;
        }

        var parts = await database.WriteAsync(async db => (await db.QueryAsync<string>(UploadParts.UnnamedSegments, new { blobs = lists })).AsList(), ct);
        return await RemoveAsync(parts, ct);
    }
}
