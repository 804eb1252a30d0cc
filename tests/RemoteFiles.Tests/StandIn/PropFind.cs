using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace StandIn;

/// <summary>Answers PROPFIND: which properties are asked, and a multistatus of them, the known ones before the unknown.</summary>
internal sealed class PropFind
{
    private const string Oc = "http://owncloud.org/ns";
    private const string Nc = "http://nextcloud.org/ns";

    // What a PROPFIND without a body gets.
    private static readonly string[] Usual = ["d:getlastmodified", "d:getcontentlength", "d:resourcetype", "d:getetag", "d:getcontenttype"];

    private readonly HttpContext context;
    private readonly IReadOnlyList<string> asked;
    private readonly bool all;

    private PropFind(HttpContext context, IReadOnlyList<string>? asked) => (this.context, this.asked, all) = (context, asked ?? Usual, asked is null);

    public bool WithChildren => context.Request.Headers["Depth"].ToString() != "0";

    public static async Task<PropFind> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length == 0)
        {
            return new(context, null);
        }

        body.Position = 0;
        return Of(context, Read(body));
    }

    /// <summary>What is asked of each file that a search (RFC 5323) finds, and where it looks, and the ids it looks for; null when it looks for something else.</summary>
    public static async Task<(PropFind Question, string Scope, HashSet<long> Ids)?> ReadSearchAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;
        var search = Read(body).Element(Dav("basicsearch"))!;
        var conditions = search.Element(Dav("where"))!.Descendants(Dav("eq")).ToList();
        return conditions.TrueForAll(condition => condition.Element(Dav("prop"))!.Elements().Single().Name == XName.Get("fileid", Oc))
            ? (Of(context, search.Element(Dav("select"))!), search.Descendants(Dav("href")).Single().Value, conditions.Select(condition => long.Parse(condition.Element(Dav("literal"))!.Value, CultureInfo.InvariantCulture)).ToHashSet())
            : null;
    }

    public async Task BeginAsync()
    {
        var response = context.Response;
        response.StatusCode = 207;
        response.ContentType = "application/xml; charset=utf-8";
        response.Headers.Vary = "Brief,Prefer";
        response.Headers["DAV"] = "1, 3, extended-mkcol, access-control, nc-paginate, nextcloud-checksum-update";
        await response.WriteAsync($"<?xml version=\"1.0\"?>\n<d:multistatus xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\" xmlns:oc=\"{Oc}\" xmlns:nc=\"{Nc}\">");
    }

    /// <param name="href">Encoded; a folder's ends with a slash.</param>
    /// <param name="known">Property → its XML content, which may be empty.</param>
    public Task RespondAsync(string href, IReadOnlyDictionary<string, string> known)
    {
        var text = new StringBuilder($"<d:response><d:href>{href}</d:href>");
        Propstat(text, asked.Where(known.ContainsKey), known, "200 OK");
        if (!all)
        {
            Propstat(text, asked.Where(name => !known.ContainsKey(name)), known, "404 Not Found");
        }

        return context.Response.WriteAsync(text.Append("</d:response>").ToString(), context.RequestAborted);
    }

    public Task EndAsync() => context.Response.WriteAsync("</d:multistatus>\n");

    /// <summary>What Nextcloud knows of a node that is not in the trash.</summary>
    public static Dictionary<string, string> Properties(Node node, string name)
    {
        var known = Basics(node, name);
        known["d:getlastmodified"] = Date(node.ModifiedAt);
        known["d:getetag"] = $"&quot;{node.ETag}&quot;";
        known["oc:permissions"] = (node is FolderNode, node.IsWritable) switch { (true, true) => "RGDNVCK", (false, true) => "RGDNVW", _ => "G" };
        if (node is FileNode { Checksum.Length: > 0 } file)
        {
            known["oc:checksums"] = $"<oc:checksum>{Text(file.Checksum)}</oc:checksum>";
        }

        return known;
    }

    /// <summary>Of something inside the trash: its time and its ETag are those of the deletion, and the ETag has no quotes.</summary>
    public static Dictionary<string, string> Properties(Node node, string name, string from, long deletedAt)
    {
        var known = Basics(node, name);
        var second = deletedAt.ToString(CultureInfo.InvariantCulture);
        known["d:getlastmodified"] = Date(DateTimeOffset.FromUnixTimeSeconds(deletedAt));
        known["d:getetag"] = second;
        known["nc:trashbin-filename"] = Text(name);
        known["nc:trashbin-original-location"] = Text(from);
        known["nc:trashbin-deletion-time"] = second;
        return known;
    }

    public static string Text(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);

    private static Dictionary<string, string> Basics(Node node, string name)
    {
        var known = new Dictionary<string, string>
        {
            ["d:resourcetype"] = node is FolderNode ? "<d:collection/>" : "",
            ["d:displayname"] = Text(name),
            ["oc:fileid"] = node.Id.ToString(CultureInfo.InvariantCulture),
            ["oc:size"] = node.Size.ToString(CultureInfo.InvariantCulture),
        };
        if (node is FileNode)
        {
            known["d:getcontentlength"] = node.Size.ToString(CultureInfo.InvariantCulture);
            known["d:getcontenttype"] = ContentTypes.OfName(name);
        }

        return known;
    }

    private static PropFind Of(HttpContext context, XElement asked) => new(context, asked.Element(Dav("prop"))?.Elements().Select(Prefixed).ToList());

    private static XElement Read(Stream body)
    {
        using var reader = XmlReader.Create(body, new() { DtdProcessing = DtdProcessing.Prohibit });
        return XDocument.Load(reader).Root!;
    }

    private static XName Dav(string name) => XName.Get(name, "DAV:");

    private static void Propstat(StringBuilder text, IEnumerable<string> names, IReadOnlyDictionary<string, string> known, string status)
    {
        var list = names.ToList();
        if (list.Count == 0)
        {
            return;
        }

        text.Append("<d:propstat><d:prop>");
        foreach (var name in list)
        {
            text.Append(known.TryGetValue(name, out var value) && value.Length > 0 ? $"<{name}>{value}</{name}>" : $"<{name}/>");
        }

        text.Append(CultureInfo.InvariantCulture, $"</d:prop><d:status>HTTP/1.1 {status}</d:status></d:propstat>");
    }

    private static string Prefixed(XElement property) => (property.Name.NamespaceName switch { "DAV:" => "d:", Oc => "oc:", Nc => "nc:", _ => "x:" }) + property.Name.LocalName;

    private static string Date(DateTimeOffset time) => time.ToString("R", CultureInfo.InvariantCulture);
}
