using System.Net;
using System.Text;
using RemoteFiles.Accounts;
using RemoteFiles.Files;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Asks about many files at once, by their ids (SEARCH, RFC 5323), which costs a Nextcloud no more than asking about one.
/// <code>
/// SEARCH /remote.php/dav/
/// &lt;d:searchrequest xmlns:d="DAV:" …&gt;&lt;d:basicsearch&gt;&lt;d:select&gt;&lt;d:prop&gt;&lt;d:getetag/&gt;…&lt;/d:prop&gt;&lt;/d:select&gt;
///   &lt;d:from&gt;&lt;d:scope&gt;&lt;d:href&gt;/files/carol&lt;/d:href&gt;&lt;d:depth&gt;infinity&lt;/d:depth&gt;&lt;/d:scope&gt;&lt;/d:from&gt;
///   &lt;d:where&gt;&lt;d:or&gt;&lt;d:eq&gt;&lt;d:prop&gt;&lt;oc:fileid/&gt;&lt;/d:prop&gt;&lt;d:literal&gt;111&lt;/d:literal&gt;&lt;/d:eq&gt;…
/// 207 Multi-Status
/// </code>
/// </summary>
internal sealed class NextcloudSearch(DavLine line, DavRoot root, Account account, KnownGaps gaps)
{
    /// <summary>What was found where it was known, by id. Nothing of what is elsewhere by now, of what others share or is mounted, which a search may know less well, and of what is gone.</summary>
    public async Task<IReadOnlyDictionary<string, Entry?>> FindAsync(IReadOnlyList<Entry> known, CancellationToken ct)
    {
        var asked = known.Where(file => file.Id.All(char.IsAsciiDigit)).ToDictionary(file => file.Id, file => file.Path);
        var found = new Dictionary<string, Entry?>();
        if (asked.Count == 0 || !gaps.MayAsk(account))
        {
            return found;
        }

        using var response = await line.AskAsync(() => Request(asked.Keys), ct);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.NotImplemented)
        {
            gaps.Refused(account);
            return found;
        }

        if (response.StatusCode != HttpStatusCode.MultiStatus)
        {
            throw await line.FaultAsync(response, ct);
        }

        await using var body = await line.BodyAsync(response, length: null, ct);
        using var answer = new MultiStatus(body, root, line.Host);
        while (await answer.NextAsync() is { } resource)
        {
            if (resource.ToEntry() is { IsFolder: false, Kind: EntryKind.Own } entry && asked.TryGetValue(entry.Id, out var path) && path == entry.Path)
            {
                found[entry.Id] = entry;
            }
        }

        return found;
    }

    private HttpRequestMessage Request(IEnumerable<string> ids)
    {
        var request = line.Request("SEARCH", DavRoot.All(account).Folder(FilePath.Root));
        var any = string.Concat(ids.Select(id => $"<d:eq><d:prop><oc:fileid/></d:prop><d:literal>{id}</d:literal></d:eq>"));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(
            $"""
            <?xml version="1.0"?><d:searchrequest xmlns:d="{DavNames.Dav}" xmlns:oc="{DavNames.Oc}"><d:basicsearch><d:select><d:prop>{DavNames.OfSearch}</d:prop></d:select><d:from><d:scope><d:href>/files/{Uri.EscapeDataString(account.UserId)}</d:href><d:depth>infinity</d:depth></d:scope></d:from><d:where><d:or>{any}</d:or></d:where></d:basicsearch></d:searchrequest>
            """))
        {
            Headers = { ContentType = new("application/xml") { CharSet = "utf-8" } },
        };
        return request;
    }
}
