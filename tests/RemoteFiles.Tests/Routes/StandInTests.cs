using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RemoteFiles.Tests.Nextcloud;
using StandIn;

namespace RemoteFiles.Tests.Routes;

/// <summary>The stand-in is asked what the real Nextcloud was asked, one recording after the other, and has to answer the same.</summary>
public sealed partial class StandInTests
{
    private const string Address = "http://127.0.0.1:8081";

    // The order counts: each finds what those before it have left.
    private static readonly string[] Recordings =
    [
        "57-status", "01-ocs-user", "02-ocs-user-401", "04-mkcol", "05-mkcol-exists", "06-mkcol-no-parent", "07-mkcol", "08-put", "09-put-over",
        "10-put-if-none-match", "11-put-bad-checksum", "12-put-no-parent", "13-put-over-dir", "14-put-special-chars", "15-put-unicode", "16-list",
        "17-list-404", "18-list-401", "19-list-file", "22-size", "23-get", "24-get-range", "25-get-404", "26-get-dir", "28-copy",
        "29-copy-exists", "30-copy-404", "31-copy-no-parent", "32-move", "33-move-exists", "34-move-404", "35-move-into-self", "36-delete", "37-delete-dir",
        "38-delete-404", "39-delete-home", "40-trash", "41-trash-sub", "42-restore", "43-put", "44-restore-conflict", "45-restore-404", "46-delete",
        "48-trash-delete", "49-trash-delete-404", "50-trash-empty",
    ];

    private static readonly string[] HeadersOfMeaning =
        ["Content-Type", "WWW-Authenticate", "Allow", "X-OC-MTime", "OC-FileId", "ETag", "OC-ETag", "Last-Modified", "Content-Range", "Content-Disposition"];

    // What a Nextcloud says of a file beyond these, the stand-in does not know, and nobody here asks.
    private static readonly HashSet<string> Known =
    [
        "resourcetype", "displayname", "getlastmodified", "getetag", "getcontentlength", "getcontenttype", "fileid", "size", "checksums", "permissions",
        "trashbin-filename", "trashbin-original-location", "trashbin-deletion-time",
    ];

    [Fact]
    public async Task It_answers_as_the_recordings_do()
    {
        await using var standIn = await StandInNextcloud.StartAsync(new("carol", "carol-pass-9X", "carol"));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
        foreach (var name in Recordings)
        {
            var recording = Recording.Load(name);
            using var request = Request(recording, BodyOf(name), standIn);
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            var answer = await Answer.ReadAsync(response);

            Assert.Equal((name, recording.StatusLine), (name, $"HTTP/1.1 {answer.Status} {response.ReasonPhrase}"));
            foreach (var header in HeadersOfMeaning)
            {
                var recorded = recording.Headers.FirstOrDefault(line => line.StartsWith(header + ": ", StringComparison.OrdinalIgnoreCase))?[(header.Length + 2)..];
                Assert.Equal((name, header, Masked(recorded)), (name, header, Masked(answer.Header(header))));
            }

            Assert.Equal($"{name}: {Shape(Encoding.UTF8.GetString(recording.Body))}", $"{name}: {Shape(answer.Text.TrimEnd('\n'))}");
        }
    }

    [Fact]
    public async Task A_change_gives_all_folders_above_one_new_ETag_and_no_other()
    {
        await using var standIn = await StandInNextcloud.StartAsync();
        standIn.Tree.AddFile("/a/b/file.txt", "x"u8);
        standIn.Tree.AddFile("/c/file.txt", "x"u8);
        string[] Tags(params string[] paths) => [.. paths.Select(path => standIn.Tree.Find(path.Split('/', StringSplitOptions.RemoveEmptyEntries))!.ETag)];
        var before = Tags("/", "/a", "/a/b", "/c", "/c/file.txt");

        standIn.Tree.AddFile("/a/b/file.txt", "y"u8);

        var after = Tags("/", "/a", "/a/b", "/c", "/c/file.txt");
        Assert.Single(after[..3].Distinct());
        Assert.DoesNotContain(after[0], before);
        Assert.Equal(before[3..], after[3..]);
    }

    [Fact]
    public async Task Two_items_of_one_name_deleted_in_one_second_are_two_items()
    {
        await using var standIn = await StandInNextcloud.StartAsync();
        standIn.Tree.Delete(standIn.Tree.AddFile("/file.txt", "x"u8));
        standIn.Tree.Delete(standIn.Tree.AddFile("/file.txt", "y"u8));

        Assert.Equal(2, standIn.Tree.Trash.Select(item => item.Key).Distinct().Count());
    }

    // In a recording the body of a request stands between its head and the answer.
    private static string BodyOf(string name)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Wire", "nextcloud-32.0.1", name + ".http"));
        var request = text[..text.IndexOf("\n\nHTTP/1.1 ", StringComparison.Ordinal)].Split("\n\n", 2);
        return request.Length > 1 ? request[1] : "";
    }

    private static HttpRequestMessage Request(Recording recording, string body, StandInNextcloud standIn)
    {
        var target = new Uri(standIn.Url.ToString().TrimEnd('/') + Now(recording.Target), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(recording.Method), target);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

        foreach (var (name, value) in recording.Sent)
        {
            var sent = name == "Authorization" ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(value["Basic <".Length..^1]))
                : name == "Destination" ? Now(value.Replace(Address, standIn.Url.ToString().TrimEnd('/'), StringComparison.Ordinal))
                : value;
            if (!request.Headers.TryAddWithoutValidation(name, sent))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, sent);
            }
        }

        return request;

        // An item of the trash is named by the second of its deletion, which is another one now.
        string Now(string address) => TrashKey().Replace(
            address, match => standIn.Tree.Trash.FirstOrDefault(item => item.Key.StartsWith(match.Groups["name"].Value + ".d", StringComparison.Ordinal))?.Key ?? match.Value);
    }

    // Ids, ETags, times: their form is compared, not their value.
    private static string? Masked(string? text) => text is null ? null : Digits().Replace(Hex().Replace(Date().Replace(text, "<date>"), "<hex>"), "<number>");

    private static string Shape(string body) =>
        body.StartsWith("{\"ocs\"", StringComparison.Ordinal) ? string.Join(',', Meta().Match(body).Value, Masked(UserId().Match(body).Value))
        : !body.StartsWith("<?xml", StringComparison.Ordinal) ? body
        : XDocument.Parse(body).Root is { Name.LocalName: "multistatus" } list ? string.Join('\n', list.Elements().Select(ShapeOf))
        : Unauthorised().Replace(body, "No public access");

    private static string ShapeOf(XElement response)
    {
        var properties =
            from propstat in response.Elements().Where(element => element.Name.LocalName == "propstat")
            let status = propstat.Elements().Last().Value
            from property in propstat.Elements().First().Elements()
            where Known.Contains(property.Name.LocalName)
            select $"{status} {property.Name}={Masked(string.Concat(property.Nodes()))}";
        return Masked(response.Elements().First().Value) + "\n  " + string.Join("\n  ", properties);
    }

    [GeneratedRegex(@"(?<name>[A-Za-z.]+)\.d\d+")]
    private static partial Regex TrashKey();

    [GeneratedRegex(@"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")]
    private static partial Regex Date();

    [GeneratedRegex(@"\b([0-9a-f]{32}|[0-9a-f]{13})\b")]
    private static partial Regex Hex();

    [GeneratedRegex(@"\d{4,}")]
    private static partial Regex Digits();

    [GeneratedRegex("\"meta\":\\{[^}]*\\}")]
    private static partial Regex Meta();

    [GeneratedRegex("\"id\":\"[^\"]*\"")]
    private static partial Regex UserId();

    [GeneratedRegex("No public access[^<]*")]
    private static partial Regex Unauthorised();
}
