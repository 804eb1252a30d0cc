using System.Net;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text;
using RemoteFiles.Accounts;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Nextcloud;

/// <summary>
/// Asks whether many files are still as they are known, by their ids (SEARCH, RFC 5323), which costs a Nextcloud no more than asking
/// about one. It looks no further than its own records: what it shows otherwise has to be asked for alone.
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
    // Nextcloud takes no more conditions in one search, and without a limit gives no more results.
    public const int MostAtOnce = 100;

    /// <summary>Those that are as they were, by id. Nothing of what is elsewhere by now, has changed or is gone, and of what others share or is mounted, which a search may know less well.</summary>
    public async Task<IReadOnlyDictionary<string, Entry?>> FindAsync(IReadOnlyList<Entry> known, CancellationToken ct)
    {
        // One that two paths lead to would answer for either.
        var asked = known.Where(file => file.Id.All(char.IsAsciiDigit)).GroupBy(file => file.Id).Where(same => same.Count() == 1).ToDictionary(same => same.Key, same => same.Single());
        var found = new Dictionary<string, Entry?>();
        if (asked.Count == 0 || !gaps.MayAsk(account))
        {
            return found;
        }

        try
        {
            await foreach (var entry in SearchAsync(asked.Keys, ct))
            {
                if (entry is { IsFolder: false, Kind: EntryKind.Own } && asked.TryGetValue(entry.Id, out var was) && (entry.Path, entry.ETag, entry.Size) == (was.Path, was.ETag, was.Size))
                {
                    found[entry.Id] = entry;
                }
            }
        }
        catch (FaultException e)
        {
            // Each is asked for alone, and tells why not. A refused password or a server at rest says nothing about its searches.
            if (e.Fault is not (Fault.Unauthenticated or Fault.Unavailable or Fault.Maintenance))
            {
                gaps.Refused(account);
            }
        }

        return found;
    }

    private async IAsyncEnumerable<Entry> SearchAsync(IEnumerable<string> ids, [EnumeratorCancellation] CancellationToken ct)
    {
        using var response = await line.AskAsync(() => Request(ids), ct);
        if (response.StatusCode != HttpStatusCode.MultiStatus)
        {
            throw await line.FaultAsync(response, ct);
        }

        await using var body = await line.BodyAsync(response, length: null, ct);
        using var answer = new MultiStatus(body, root, line.Host);
        while (await answer.NextAsync() is { } resource)
        {
            yield return resource.ToEntry();
        }
    }

    private HttpRequestMessage Request(IEnumerable<string> ids)
    {
        var request = line.Request("SEARCH", DavRoot.All(account).Folder(FilePath.Root));

        // SearchDAV takes the path as it is: encoded, an id with an @ is nobody's.
        var scope = SecurityElement.Escape($"/files/{account.UserId}");
        var any = string.Concat(ids.Select(id => $"<d:eq><d:prop><oc:fileid/></d:prop><d:literal>{id}</d:literal></d:eq>"));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(
            $"""
            <?xml version="1.0"?><d:searchrequest xmlns:d="{DavNames.Dav}" xmlns:oc="{DavNames.Oc}"><d:basicsearch><d:select><d:prop>{DavNames.OfSearch}</d:prop></d:select><d:from><d:scope><d:href>{scope}</d:href><d:depth>infinity</d:depth></d:scope></d:from><d:where><d:or>{any}</d:or></d:where></d:basicsearch></d:searchrequest>
            """))
        {
            Headers = { ContentType = new("application/xml") { CharSet = "utf-8" } },
        };
        return request;
    }
}
