using System.Globalization;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Drive;

// Former contents of files: other rows, the same immutable blobs.
internal sealed partial class CozyDrive
{
    public Task<IReadOnlyList<FileVersion>?> VersionsAsync(long fileId, CancellationToken ct) => ReadAsync<IReadOnlyList<FileVersion>?>(
        async nodes =>
        {
            if (await nodes.FindAsync(fileId) is not { IsFolder: false, TrashedAt: null } node)
            {
                return null;
            }

            var versions = await nodes.Versions.OfAsync(node.Id);
            return [.. versions.Prepend(Current(node, versions)).Select(version => new FileVersion(
                version.Key.ToString(CultureInfo.InvariantCulture),
                version.Size,
                version.ContentType,
                DateTimeOffset.FromUnixTimeMilliseconds(version.ModifiedAt),
                $"\"{version.ETag}\""))];
        },
        ct);

    public async Task<Download> OpenVersionAsync(long fileId, string key, long offset, CancellationToken ct)
    {
        var (node, version) = await ReadAsync(nodes => VersionAsync(nodes, fileId, key), ct);
        var former = node with { BlobId = version.BlobId, Size = version.Size, Md5 = version.Md5, Sha256 = version.Sha256, ETag = version.ETag, ModifiedAt = version.ModifiedAt };
        var held = await ReadAsync(nodes => nodes.HeldAsync(version.BlobId), ct);
        var body = await OpenAsync(former, held, offset, ct) ?? throw DriveFaults.NotFound();
        return new(former.ToEntry(FilePath.Root.Child(node.Name)), body, version.Size - offset);
    }

    public async Task<Entry> RestoreVersionAsync(long fileId, string key, CancellationToken ct)
    {
        var (entry, dropped) = await WriteAsync(
            async nodes =>
            {
                var (node, version) = await VersionAsync(nodes, fileId, key);
                if (version.BlobId == node.BlobId)
                {
                    return (await EntryAsync(nodes, node.Id), []);
                }

                await DemandFreeAsync(nodes, Reach.Content, node);
                await nodes.Versions.RemoveAsync(node.Id, version.Key);
                var dropped = await nodes.Versions.KeepAsync(node, store.Now);
                await nodes.UpdateAsync(node.Revised() with
                {
                    ETag = Node.NewHex(),
                    BlobId = version.BlobId,
                    Size = version.Size,
                    Md5 = version.Md5,
                    Sha256 = version.Sha256,
                    ContentType = version.ContentType,
                    ModifiedAt = version.ModifiedAt,
                    CreatedAt = Math.Min(node.CreatedAt, version.ModifiedAt),
                    StoredAt = store.Now,
                });
                await nodes.GrowAsync(node.ParentId, version.Size - node.Size);
                return (await EntryAsync(nodes, node.Id), dropped);
            },
            ct);
        await store.DiscardAsync(dropped);
        return entry;
    }

    public async Task RemoveVersionAsync(long fileId, string key, CancellationToken ct) => await store.DiscardAsync(await WriteAsync<IReadOnlyList<string>>(
        async nodes =>
        {
            var (node, version) = await VersionAsync(nodes, fileId, key);
            if (version.BlobId == node.BlobId)
            {
                throw new FaultException(Fault.Forbidden, "the current content is not deleted as a version");
            }

            await nodes.Versions.RemoveAsync(node.Id, version.Key);
            return [version.BlobId];
        },
        ct));

    private static NodeVersions.Version Current(Node node, IReadOnlyList<NodeVersions.Version> versions) => new()
    {
        Key = NodeVersions.FreeKey(node, versions),
        BlobId = node.BlobId!,
        Size = node.Size,
        Md5 = node.Md5,
        Sha256 = node.Sha256,
        ContentType = node.ContentType,
        ModifiedAt = node.ModifiedAt,
        ETag = node.ETag,
    };

    private static async Task<(Node Node, NodeVersions.Version Version)> VersionAsync(Nodes nodes, long fileId, string key)
    {
        var node = await nodes.FindAsync(fileId) is { IsFolder: false, TrashedAt: null } file ? file : throw DriveFaults.NotFound();
        var versions = await nodes.Versions.OfAsync(node.Id);
        var version = versions.Prepend(Current(node, versions)).FirstOrDefault(version => version.Key.ToString(CultureInfo.InvariantCulture) == key);
        return version is null ? throw DriveFaults.NotFound() : (node, version);
    }
}
