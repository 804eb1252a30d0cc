using System.Runtime.CompilerServices;
using RemoteFiles.Files;

namespace RemoteFiles.Drive;

// Every document, wherever it is.
internal sealed partial class CozyDrive
{
    private const int FoldersAtOnce = 10_000;

    public async IAsyncEnumerable<Entry> SearchAsync(string? folderId, string afterId, [EnumeratorCancellation] CancellationToken ct)
    {
        // The numbers of all, and the rows of a few at a time.
        var folders = new Dictionary<string, FilePath>();
        foreach (var some in (await ReadAsync(nodes => nodes.AllIdsAsync(folderId, afterId), ct)).Chunk(EntriesAtOnce))
        {
            foreach (var entry in await ReadAsync(nodes => EntriesAsync(nodes, some, folders), ct))
            {
                yield return entry;
            }

            if (folders.Count > FoldersAtOnce)
            {
                folders.Clear();
            }
        }
    }

    private static async Task<List<Entry>> EntriesAsync(Nodes nodes, long[] fileIds, Dictionary<string, FilePath> folders)
    {
        var entries = new List<Entry>(fileIds.Length);
        foreach (var node in await nodes.ByIdAsync(fileIds))
        {
            if (node.ParentId.Length == 0)
            {
                entries.Add(node.ToEntry(FilePath.Root));
                continue;
            }

            if (!folders.TryGetValue(node.ParentId, out var folder))
            {
                folders[node.ParentId] = folder = await nodes.PathOfAsync(node.ParentId);
            }

            entries.Add(node.ToEntry(folder.Child(node.Name)));
        }

        return entries;
    }
}
