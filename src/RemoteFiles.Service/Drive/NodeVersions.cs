using System.Data.Common;
using Dapper;

namespace RemoteFiles.Drive;

/// <summary>The contents that files had before, within one transaction. They take no quota, so their number is bounded.</summary>
internal sealed class NodeVersions(DbConnection db, string instance)
{
    private const int Most = 20;

    public async Task<List<Version>> OfAsync(string nodeId) =>
        (await db.QueryAsync<Version>(Select + " ORDER BY kept_at DESC, version DESC", new { instance, nodeId })).AsList();

    /// <summary>Keeps what a file is about to lose; answers the contents that are kept no longer.</summary>
    public async Task<IReadOnlyList<string>> KeepAsync(Node node, long now)
    {
        if (node.Size == 0)
        {
            return [node.BlobId!];
        }

        var kept = await OfAsync(node.Id);
        var key = FreeKey(node, kept);
        await db.ExecuteAsync(Insert, new
        {
            node.Instance, node.Id, key, node.BlobId, node.Size, node.Md5, node.Sha256, node.ContentType, node.ModifiedAt, node.ETag, now,
        });
        var dropped = kept.Skip(Most - 1).ToList();
        foreach (var version in dropped)
        {
            await RemoveAsync(node.Id, version.Key);
        }

        return dropped.ConvertAll(version => version.BlobId);
    }

    public Task RemoveAsync(string nodeId, long key) => db.ExecuteAsync(
        "DELETE FROM node_versions WHERE instance = @instance AND node_id = @nodeId AND version = @key", new { instance, nodeId, key });

    /// <summary>The name among the versions that the current content has, or will have.</summary>
    public static long FreeKey(Node node, IReadOnlyList<Version> versions)
    {
        var key = node.ModifiedAt / 1000;
        while (versions.Any(version => version.Key == key))
        {
            key++;
        }

        return key;
    }

    private const string Select = """
        SELECT version AS Key, blob_id AS BlobId, size AS Size, md5 AS Md5, sha256 AS Sha256, content_type AS ContentType, modified_at AS ModifiedAt, etag AS ETag
        FROM node_versions WHERE instance = @instance AND node_id = @nodeId
        """;

    private const string Insert = """
        INSERT INTO node_versions (instance, node_id, version, blob_id, size, md5, sha256, content_type, modified_at, etag, kept_at)
        VALUES (@Instance, @Id, @key, @BlobId, @Size, @Md5, @Sha256, @ContentType, @ModifiedAt, @ETag, @now)
        """;

    internal sealed record Version
    {
        public long Key { get; init; }

        public required string BlobId { get; init; }

        public long Size { get; init; }

        public byte[]? Md5 { get; init; }

        public byte[]? Sha256 { get; init; }

        public required string ContentType { get; init; }

        public long ModifiedAt { get; init; }

        public required string ETag { get; init; }
    }
}
