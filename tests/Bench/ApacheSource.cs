using System.Net.Http.Headers;

namespace Bench;

/// <summary>Apache mod_dav where a Nextcloud would be: its files at the same addresses, each brought by a GET of its own, for there are no archives.</summary>
internal static class ApacheSource
{
    private const string User = "bench";
    private const string WhoItIs = """{"ocs":{"data":{"id":"bench"}}}""";

    public static async Task<DavSource> FillAsync(DavPeer apache, FileSet set, CancellationToken ct)
    {
        var source = DavSource.Nextcloud(apache.Name, apache.Files, User, User) with { Vendor = "other" };
        using var http = source.Client();
        await MakeFoldersAsync(http, source.Files, ct);
        var user = new Uri(source.Home, "ocs/v2.php/cloud/user");
        await MakeFoldersAsync(http, new Uri(user, "."), ct);
        using var answer = await http.PutAsync(user, new StringContent(WhoItIs), ct);
        answer.EnsureSuccessStatusCode();
        await source.FillAsync(set, ct);
        await NumberAsync(http, source, set, ct);
        return source;
    }

    private static async Task MakeFoldersAsync(HttpClient http, Uri last, CancellationToken ct)
    {
        // The first segment is the slash.
        for (var depth = 2; depth <= last.Segments.Length; depth++)
        {
            using var made = await http.SendAsync(new(new("MKCOL"), new Uri(last, string.Concat(last.Segments.Take(depth)))), ct);
        }
    }

    /// <summary>Gives everything a file id: a listing without them is that of no Nextcloud, and is refused. mod_dav keeps what properties it is given.</summary>
    private static async Task NumberAsync(HttpClient http, DavSource source, FileSet set, CancellationToken ct)
    {
        var files = set.Numbers.Select(number => $"{set.FolderOf(number)}/{FileSet.NameOf(number)}");
        var everything = set.Folders.Append("").Append("whole").Concat(files).Index();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct };
        await Parallel.ForEachAsync(everything, parallel, async (item, stop) =>
        {
            var content = new StringContent(
                $"""<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop><oc:fileid>{item.Index + 1}</oc:fileid></d:prop></d:set></d:propertyupdate>""",
                MediaTypeHeaderValue.Parse("application/xml"));
            using var answer = await http.SendAsync(new(new("PROPPATCH"), source.At(set, item.Item)) { Content = content }, stop);
            answer.EnsureSuccessStatusCode();
        });
    }
}
