using System.Globalization;
using System.Xml.Linq;
using RemoteFiles.Access;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>SEARCH (RFC 5323) on <c>/remote.php/dav/</c>: a basicsearch of the user's files, as the apps ask for it.</summary>
internal static class DavSearch
{
    private const int MostLevels = 20;
    private const int MostResults = 10_000;

    public static void MapDavRoot(this WebApplication app)
    {
        foreach (var root in new[] { "/remote.php/dav", "/remote.php/dav/" })
        {
            app.MapDav("SEARCH", root, HandleAsync);
            app.MapDav("OPTIONS", root, context =>
            {
                context.Response.Headers["DASL"] = "<DAV:basicsearch>";
                return DavOptions.HandleAsync(context, ["OPTIONS", "PROPFIND", "SEARCH"]);
            });
            app.MapDav("PROPFIND", root, RootAsync);
        }
    }

    private static async Task RootAsync(HttpContext context)
    {
        var asked = PropFind.Of(await DavXml.ReadAsync(context));
        var answer = new MultiStatus(context);
        var user = Shared.Access.CallerOfRequest.Instance(context).UserId;
        await answer.AddAsync(
            "/remote.php/dav/",
            asked.Names,
            name => name == new System.Xml.XmlQualifiedName("current-user-principal", DavProperties.D)
                ? new($"<d:href>{Visitor.PrefixOf(context)}/remote.php/dav/principals/users/{user}/</d:href>", IsXml: true)
                : DavItem.Folder()(name),
            context.RequestAborted);
        await answer.CompleteAsync(context.RequestAborted);
    }

    private static async Task HandleAsync(HttpContext context)
    {
        var search = (await DavXml.ReadAsync(context))?.Element(DavXml.D + "basicsearch") ?? throw Malformed("The body holds no basicsearch");
        var drive = DavCall.DriveOf(context);
        var user = Shared.Access.CallerOfRequest.Instance(context).UserId;
        var scope = search.Element(DavXml.D + "from")?.Element(DavXml.D + "scope");
        var folder = ScopeOf(context, scope?.Element(DavXml.D + "href")?.Value.Trim() ?? "", user);
        var call = new DavCall(context, drive, DavAddress.Files(user), await DavAddress.ResolveAsync(drive, folder, context.RequestAborted));
        var start = await call.EntryAsync();
        var where = search.Element(DavXml.D + "where")?.Elements().FirstOrDefault() is { } condition ? Condition(condition, MostLevels) : _ => true;
        var limit = search.Element(DavXml.D + "limit")?.Element(DavXml.D + "nresults")?.Value is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out var most) && most > 0
            ? Math.Min(most, MostResults)
            : MostResults;

        var asked = PropFind.Of(search.Element(DavXml.D + "select"));
        var properties = await asked.ScopeAsync(call, call.Path);
        var favorites = (await drive.WithPropertyAsync(new(DavProperties.Oc, "favorite", "1"), call.Ct)).Select(entry => entry.Id).ToHashSet();
        var below = (scope?.Element(DavXml.D + "depth")?.Value.Trim(), Numbers(search.Element(DavXml.D + "where"))) switch
        {
            ("0", _) => AsyncEnumerable.Empty<Entry>(),
            ("1", _) => drive.ListAsync(call.Path, call.Ct),
            (_, { } numbers) => NumberedBelow(call, numbers),
            _ => DavPropFind.Below(call, call.Path),
        };
        var answer = new MultiStatus(context);
        await asked.AddAsync(answer, properties, below.Prepend(start).Where(entry => where(new(entry, favorites))).Take(limit));
        await answer.CompleteAsync(call.Ct);
    }

    // "/files/alma/Photos", or the whole address.
    private static FilePath ScopeOf(HttpContext context, string href, string user) => DavAddress.Segments(context, href) switch
    {
        ["files", var named, .. var names] when named == user => FilePath.Parse(string.Join('/', names)),
        ["remote.php", "dav", "files", var named, .. var names] when named == user => FilePath.Parse(string.Join('/', names)),
        _ => throw new FaultException(Fault.NotFound, "There is nothing to search there"),
    };

    // The ids that are asked for, where nothing but ids is: these need no walk.
    private static List<long>? Numbers(XElement? where)
    {
        var parts = where?.Elements().FirstOrDefault() is { Name.LocalName: "or" } any ? any.Elements() : where?.Elements().Take(1) ?? [];
        var numbers = parts.Select(part =>
            part.Name == DavXml.D + "eq" && part.Element(DavXml.D + "prop")?.Elements().FirstOrDefault()?.Name.LocalName == "fileid"
            && long.TryParse(part.Element(DavXml.D + "literal")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (long?)null).ToList();
        return numbers is [] || numbers.Contains(null) ? null : numbers.ConvertAll(number => number!.Value);
    }

    private static async IAsyncEnumerable<Entry> NumberedBelow(DavCall call, List<long> numbers)
    {
        foreach (var number in numbers.Distinct())
        {
            if (await call.Drive.FindAsync(number, call.Ct) is { Cozy.Trashed: false, Id: not ICozyDrive.TrashId } entry && entry.Path != call.Path && call.Path.Contains(entry.Path))
            {
                yield return entry;
            }
        }
    }

    private static Func<Candidate, bool> Condition(XElement element, int levels)
    {
        if (levels == 0)
        {
            throw Malformed("The conditions are nested too deeply");
        }

        var parts = element.Elements().ToList();
        switch (element.Name.LocalName)
        {
            case "and":
                var all = parts.ConvertAll(part => Condition(part, levels - 1));
                return candidate => all.TrueForAll(part => part(candidate));
            case "or":
                var any = parts.ConvertAll(part => Condition(part, levels - 1));
                return candidate => any.Exists(part => part(candidate));
            case "not":
                var inner = Condition(parts.FirstOrDefault() ?? throw Malformed("not needs a condition"), levels - 1);
                return candidate => !inner(candidate);
            case "is-collection":
                return candidate => candidate.Entry.IsFolder;
            default:
                return Comparison(element);
        }
    }

    private static Func<Candidate, bool> Comparison(XElement element)
    {
        var name = element.Element(DavXml.D + "prop")?.Elements().FirstOrDefault()?.Name.LocalName ?? throw Malformed("A comparison needs a property");
        var literal = element.Element(DavXml.D + "literal")?.Value ?? throw Malformed("A comparison needs a literal");
        Func<Candidate, string?> text = name switch
        {
            "displayname" => candidate => candidate.Entry.Path.Name,
            "getcontenttype" => candidate => candidate.Entry.IsFolder ? "httpd/unix-directory" : candidate.Entry.ContentType,
            "favorite" => candidate => candidate.Favorites.Contains(candidate.Entry.Id) ? "1" : "0",
            "fileid" or "size" or "getcontentlength" or "getlastmodified" or "upload_time" or "metadata-photos-original_date_time" => candidate => null,
            _ => throw Malformed($"{name} cannot be searched for"),
        };
        Func<Candidate, long> number = name switch
        {
            "fileid" => candidate => candidate.Entry.Cozy!.FileId,
            "size" or "getcontentlength" => candidate => candidate.Entry.Size ?? 0,
            "upload_time" => candidate => candidate.Entry.Cozy!.StoredAt.ToUnixTimeSeconds(),
            _ => candidate => candidate.Entry.ModifiedAt?.ToUnixTimeSeconds() ?? 0,
        };
        var isText = name is "displayname" or "getcontenttype" or "favorite";
        var wanted = isText ? 0 : NumberIn(literal);
        var pattern = literal.Trim('%');
        var (open, end) = (literal.StartsWith('%'), literal.EndsWith('%'));
        return element.Name.LocalName switch
        {
            "like" => candidate => text(candidate) is { } value && Like(value, pattern, open, end),
            "eq" when isText => candidate => text(candidate) == literal,
            "eq" => candidate => number(candidate) == wanted,
            "gt" => candidate => number(candidate) > wanted,
            "gte" => candidate => number(candidate) >= wanted,
            "lt" => candidate => number(candidate) < wanted,
            "lte" => candidate => number(candidate) <= wanted,
            var operation => throw Malformed($"{operation} is not known here"),
        };
    }

    private static bool Like(string value, string pattern, bool open, bool end) => (open, end) switch
    {
        (true, true) => value.Contains(pattern, StringComparison.OrdinalIgnoreCase),
        (true, false) => value.EndsWith(pattern, StringComparison.OrdinalIgnoreCase),
        (false, true) => value.StartsWith(pattern, StringComparison.OrdinalIgnoreCase),
        _ => value.Equals(pattern, StringComparison.OrdinalIgnoreCase),
    };

    // Unix seconds, or a date of ISO 8601.
    private static long NumberIn(string literal) =>
        long.TryParse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : DateTimeOffset.TryParse(literal, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeSeconds()
        : throw Malformed($"{literal} is not a number");

    private static FaultException Malformed(string why) => new(Fault.Malformed, why);

    private sealed record Candidate(Entry Entry, HashSet<string> Favorites);
}
