using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>The files of a user at a remote Nextcloud, spoken to in WebDAV (RFC 4918) below <c>/remote.php/dav/files/&lt;user&gt;/</c>.</summary>
internal sealed class NextcloudTree(DavLine line, Account account, NextcloudGaps gaps, SharedQuestions questions, ILogger log) : IFileTree
{
    private readonly DavRoot root = DavRoot.Files(account);
    private readonly DavCollection files = new(line, DavRoot.Files(account), DavNames.AskForFiles);

    public async Task<Entry?> StatAsync(FilePath path, CancellationToken ct) => (await files.FindAsync(path, ct))?.ToEntry();

    public async Task<Entry?> StatAgainAsync(Entry known, CancellationToken ct)
    {
        var (isTold, now) = await questions.AskAsync(account, known, FindAllAsync, ct);
        return isTold ? now : await StatAsync(known.Path, ct);
    }

    public IAsyncEnumerable<Entry> ListAsync(FilePath folder, CancellationToken ct) => ChildrenAsync(folder, files.ListAsync(folder, ct));

    public IAsyncEnumerable<Entry> ListAllBelowAsync(FilePath folder, CancellationToken ct) =>
        ChildrenAsync(folder, files.ListAllBelowAsync(folder, ct));

    /// <summary>Asks for the entry first: a GET of a folder answers 200 and an empty page, and not every answer to GET has a length.</summary>
    public async Task<Download> OpenAsync(FilePath file, long offset, CancellationToken ct)
    {
        var entry = await StatFileAsync(file, ct);
        return offset == entry.Size ? new Download(entry, Stream.Null, 0) : await OpenAsync(entry, offset, isFresh: true, ct);
    }

    /// <summary>One request, while the answer has the ETag that is known; a folder's page has none.</summary>
    public Task<Download> OpenAsync(Entry known, long offset, CancellationToken ct) => OpenAsync(known, offset, isFresh: false, ct);

    public async Task<IDisposable?> BeginTransferAsync(long bytes, CancellationToken ct) => await line.BeginTransferAsync(bytes, ct);

    public IAsyncEnumerable<WholeFile> ReadManyAsync(FileBatch batch, CancellationToken ct) =>
        new NextcloudArchive(line, root, account, gaps.Archives).ReadAsync(batch, ct);

    public Task<ReadOnlyMemory<byte>?> HashAsync(Entry known, CancellationToken ct) => new NextcloudHash(line, root, account, gaps.Hashes).AskAsync(known, ct);

    public Task<Entry> WriteAsync(FilePath file, Upload upload, CancellationToken ct) =>
        new NextcloudUpload(line, root, account, this, log).WriteAsync(file, upload, ct);

    public async Task<Entry> MakeFolderAsync(FilePath folder, CancellationToken ct)
    {
        await line.TellAsync(line.Request("MKCOL", root.At(folder)), ct);
        return await StatAsync(folder, ct) ?? throw new FaultException(Fault.BadGateway, $"{line.Host} made {folder} and does not show it");
    }

    public async Task DeleteAsync(FilePath path, string? etag, CancellationToken ct)
    {
        if (path.IsRoot)
        {
            throw new FaultException(Fault.Forbidden, "the root cannot be deleted");
        }

        var request = line.Request("DELETE", root.At(path));
        if (etag is not null)
        {
            // Nextcloud answers 412 to If-Match on whatever is missing and on every folder: both are told apart here.
            var entry = await StatAsync(path, ct) ?? throw new FaultException(Fault.NotFound, "file/directory not found");
            if (entry.ETag != etag)
            {
                throw new FaultException(Fault.PreconditionFailed, "it has changed since");
            }

            if (!entry.IsFolder)
            {
                request.Headers.TryAddWithoutValidation("If-Match", etag);
            }
        }

        await line.TellAsync(request, ct);
    }

    public Task MoveAsync(FilePath from, FilePath to, CancellationToken ct) => RelocateAsync("MOVE", from, to, ct);

    public Task CopyAsync(FilePath from, FilePath to, CancellationToken ct) => RelocateAsync("COPY", from, to, ct);

    private static async IAsyncEnumerable<Entry> ChildrenAsync(FilePath folder, IAsyncEnumerable<DavResource> listing)
    {
        await foreach (var resource in listing)
        {
            var entry = resource.ToEntry(); // of the folder too: the home of somebody else looks like an empty one, but for the missing ids
            if (entry.Path != folder)
            {
                yield return entry;
            }
        }
    }

    private async Task<IReadOnlyDictionary<string, Entry?>> FindAllAsync(IReadOnlyList<Entry> known, CancellationToken ct) => known is [var single]
        ? new Dictionary<string, Entry?> { [single.Id] = await StatAsync(single.Path, ct) }
        : await new NextcloudSearch(line, root, account, gaps.Searches).FindAsync(known, ct);

    private async Task<Download> OpenAsync(Entry known, long offset, bool isFresh, CancellationToken ct)
    {
        var (entry, file) = (known, known.Path);
        var response = await line.AskAsync(() => Get(file, offset), ct);
        try
        {
            if ((int)response.StatusCode != (offset > 0 ? 206 : 200))
            {
                throw await OpenFaultAsync(response, ct);
            }

            // Nextcloud may keep an ETag when a file is stored twice in a second: the size tells too.
            var size = response.Content.Headers.ContentRange?.Length ?? response.Content.Headers.ContentLength ?? entry.Size;
            if (!IsSame(response, entry) || size != entry.Size || (response.Headers.ETag is null && !isFresh))
            {
                entry = await StatFileAsync(file, ct); // it changed in between: the entry of this answer, or none
            }

            var length = IsSame(response, entry)
                ? Length(response, entry, offset)
                : throw new FaultException(Fault.Changing, $"{file} changes while it is read");
            entry = entry.ContentType.Length > 0 ? entry : entry with { ContentType = HeaderText.OrNothing(response.Content.Headers.ContentType?.ToString() ?? "") };
            var body = await line.BodyAsync(response, length, CancellationToken.None);
            var isTold = entry.ETag.StartsWith('"'); // a weak one does not tell whether bytes are the same (RFC 9110 section 13.1.5)
            return new Download(entry, isTold ? line.Resumed(body, length, (passed, stop) => RestAsync(entry, offset + passed, length - passed, stop)) : body, length);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The same version from a later byte on. A server that has another one by now answers 200 and all of it.</summary>
    private async Task<Stream> RestAsync(Entry entry, long from, long length, CancellationToken ct)
    {
        var response = await line.AskAsync(() => Get(entry.Path, from, ifStill: entry.ETag), ct);
        try
        {
            if ((int)response.StatusCode is not (200 or 206 or 412 or 416))
            {
                throw await line.FaultAsync(response, ct);
            }

            var isSame = response.Headers.ETag is not null && IsSame(response, entry) && (response.Content.Headers.LastModified ?? entry.ModifiedAt) == entry.ModifiedAt;
            return (int)response.StatusCode == (from > 0 ? 206 : 200) && isSame && Length(response, entry, from) == length
                ? await line.BodyAsync(response, length, CancellationToken.None)
                : throw new FaultException(Fault.PreconditionFailed, $"{entry.Path} changes while it is read");
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>RFC 4918 sections 9.8 and 9.9; <c>Overwrite: F</c> makes the server refuse a taken name by itself.</summary>
    private async Task RelocateAsync(string method, FilePath from, FilePath to, CancellationToken ct)
    {
        if (from != to && from.Contains(to))
        {
            throw new FaultException(Fault.Malformed, "the destination lies inside the source");
        }

        var request = line.Request(method, root.At(from));
        request.Headers.TryAddWithoutValidation("Destination", root.At(to).OriginalString);
        request.Headers.Add("Overwrite", "F");
        await line.TellAsync(request, ct);
    }

    private async Task<Entry> StatFileAsync(FilePath file, CancellationToken ct) =>
        await StatAsync(file, ct) is { IsFolder: false } entry ? entry : throw new FaultException(Fault.NotFound, "file/directory not found");

    private HttpRequestMessage Get(FilePath file, long offset, string ifStill = "")
    {
        var request = line.Request("GET", root.At(file));
        if (ifStill.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("If-Range", ifStill);
        }

        request.Headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null;
        return request;
    }

    private async Task<FaultException> OpenFaultAsync(HttpResponseMessage response, CancellationToken ct) => (int)response.StatusCode == 416
        ? new FaultException(Fault.Invalid, "the file ends before this offset") { Parameter = "Range" }
        : await line.FaultAsync(response, ct);

    /// <summary>Whether the answer is of the listed version: weak comparison (RFC 9110 section 8.8.3.2), as a proxy may weaken an ETag.</summary>
    private static bool IsSame(HttpResponseMessage response, Entry entry) =>
        response.Headers.ETag is not { } etag || entry.ETag.Length == 0
        || etag.Tag == (entry.ETag.StartsWith("W/", StringComparison.Ordinal) ? entry.ETag[2..] : entry.ETag);

    /// <summary>What the body must hold: the listing and the headers have to agree on it (RFC 9110 section 14.4 for the range).</summary>
    private long Length(HttpResponseMessage response, Entry entry, long offset)
    {
        var headers = response.Content.Headers;
        var range = headers.ContentRange;
        if (offset > 0 && (range?.From != offset || range.To + 1 != range.Length))
        {
            throw new FaultException(Fault.BadGateway, $"{line.Host} does not answer with the rest of a file when asked for it");
        }

        var said = offset > 0 ? range!.Length - offset : headers.ContentLength;
        var length = entry.Size - offset ?? said ?? throw new FaultException(Fault.BadGateway, $"{line.Host} does not say how long {entry.Path} is");
        return length == (said ?? length) && length == (headers.ContentLength ?? length)
            ? length
            : throw new FaultException(
                Fault.BadGateway,
                string.Create(CultureInfo.InvariantCulture, $"{line.Host} lists {length} bytes of {entry.Path} and sends {headers.ContentLength ?? said}"));
    }
}
