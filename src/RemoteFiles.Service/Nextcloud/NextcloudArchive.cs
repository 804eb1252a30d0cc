using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Reads many small files in one request: <c>GET folder/?accept=zip&amp;files=["a.txt","b"]</c>, which Nextcloud 31 and later answer
/// with an archive of these children. Names in it begin below the folder that was asked.
/// </summary>
internal sealed class NextcloudArchive(DavLine line, DavRoot root, Account account, KnownGaps gaps)
{
    // One request is one long run of PHP: bounded, so that a cut costs little and no time limit is met.
    private const int MostFiles = 500;
    private const long MostBytes = 64 * 1024 * 1024;

    // Whoever sends more than this beside the files sends no end.
    private const long MostBeside = 16 * 1024 * 1024;

    // Proxies take request lines of 8 KiB, path included.
    private const int LongestQuery = 4 * 1024;

    /// <summary>What comes whole and with the right checksum, in any order.</summary>
    public async IAsyncEnumerable<WholeFile> ReadAsync(FileBatch batch, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var request in Requests(batch))
        {
            if (!gaps.MayAsk(account))
            {
                yield break;
            }

            await foreach (var file in AskAsync(request, ct))
            {
                yield return file;
            }
        }
    }

    private async IAsyncEnumerable<WholeFile> AskAsync(Request request, [EnumeratorCancellation] CancellationToken ct)
    {
        using var response = await line.AskAsync(() => line.Request("GET", root.Folder(request.Folder, request.Query)), ct);
        if ((int)response.StatusCode == 404)
        {
            yield break; // one of them is gone, and no word which
        }

        if ((int)response.StatusCode != 200)
        {
            throw await line.FaultAsync(response, ct);
        }

        // Older ones answer 200 and an empty page.
        if (response.Content.Headers.ContentType?.MediaType != "application/zip")
        {
            gaps.Refused(account);
            yield break;
        }

        var body = await line.BodyAsync(response, length: null, ct);
        body.Limit = request.MostAnswered;
        await using var archive = new ZipStream(body, line.Host);
        while (await archive.NextAsync(ct) is { } found)
        {
            if (found is { IsFolder: true, SizesFollow: false, Size: 0 })
            {
                continue;
            }

            // What was not asked for has a length that nobody knows: what follows cannot be told from it.
            if (request.Take(found.Name, account.UserId) is not { } entry || await archive.ContentAsync(found, (int)entry.Size!.Value, ct) is not { } content)
            {
                yield break;
            }

            yield return new(entry, content);
        }
    }

    private static IEnumerable<Request> Requests(FileBatch batch)
    {
        var children = batch.Files
            .Where(file => file is { IsFolder: false, Size: <= FileBatch.LargestFile })
            .GroupBy(file => file.Path.Parent)
            .SelectMany(folder => !folder.Key.IsRoot && batch.WholeFolders.Contains(folder.Key)
                ? [new Child(folder.Key.Parent, folder.Key.Name, [.. folder])]
                : folder.Select(file => new Child(folder.Key, file.Path.Name, [file])));
        foreach (var siblings in children.GroupBy(child => child.Folder))
        {
            var request = new Request(siblings.Key);
            foreach (var child in siblings)
            {
                if (!request.IsEmpty && !request.Takes(child))
                {
                    yield return request;
                    request = new Request(siblings.Key);
                }

                request.Add(child);
            }

            yield return request;
        }
    }

    /// <summary>A file, or a folder with all its files.</summary>
    private sealed record Child(FilePath Folder, string Name, IReadOnlyList<Entry> Files)
    {
        public long Bytes => Files.Sum(file => file.Size!.Value);

        /// <summary>As a JSON string in a query.</summary>
        public string Written { get; } = Uri.EscapeDataString($"\"{JsonEncodedText.Encode(Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");
    }

    private sealed class Request(FilePath folder)
    {
        private readonly StringBuilder names = new();
        private long bytes;

        public FilePath Folder => folder;

        public string Query => $"?accept=zip&files=%5B{names}%5D";

        public bool IsEmpty => Files.Count == 0;

        /// <summary>The files, and what an archive says beside them: two headers for each, and one for each folder.</summary>
        public long MostAnswered => bytes + MostBeside;

        /// <summary>By their names in the archive.</summary>
        private Dictionary<string, Entry> Files { get; } = [];

        public bool Takes(Child child) =>
            Files.Count + child.Files.Count <= MostFiles && bytes + child.Bytes <= MostBytes && names.Length + child.Written.Length <= LongestQuery;

        /// <summary>The file of this name in the archive, once. Some servers begin with the name of the folder that was asked.</summary>
        public Entry? Take(string name, string user)
        {
            var prefix = (folder.IsRoot ? user : folder.Name) + "/";
            return Files.Remove(name, out var entry) || (name.StartsWith(prefix, StringComparison.Ordinal) && Files.Remove(name[prefix.Length..], out entry))
                ? entry
                : null;
        }

        public void Add(Child child)
        {
            bytes += child.Bytes;
            names.Append(names.Length > 0 ? "%2C" : "").Append(child.Written);
            var prefix = folder.IsRoot ? 1 : folder.ToString().Length + 1;
            foreach (var file in child.Files)
            {
                Files[file.Path.ToString()[prefix..]] = file;
            }
        }
    }
}
