using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using RemoteFiles.Files;

namespace RemoteFiles.Dav;

/// <summary>The properties this face knows, as Nextcloud writes them; null means 404, never an empty value where a number belongs.</summary>
internal static class DavProperties
{
    public const string D = "DAV:";
    public const string Oc = "http://owncloud.org/ns";
    public const string Nc = "http://nextcloud.org/ns";

    public static readonly XmlQualifiedName Favorite = new("favorite", Oc);
    public static readonly XmlQualifiedName Checksums = new("checksums", Oc);
    public static readonly XmlQualifiedName LockDiscovery = new("lockdiscovery", D);
    public static readonly XmlQualifiedName QuotaAvailable = new("quota-available-bytes", D);

    private static readonly DavValue Empty = new("");

    private static readonly SearchValues<char> NoText = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c), '\ufffe', '\uffff']);

    private static readonly Dictionary<XmlQualifiedName, Func<DavFacts, DavValue?>> Known = new()
    {
        [new("resourcetype", D)] = facts => facts.Entry.IsFolder ? new("<d:collection/>", IsXml: true) : Empty,
        [new("displayname", D)] = facts => facts.Entry.Path.IsRoot ? new(facts.User) : Text(facts.Entry.Path.Name),
        [new("getlastmodified", D)] = facts => Text(ModifiedAt(facts.Entry)?.ToString("R", CultureInfo.InvariantCulture)),
        [new("getetag", D)] = facts => new(facts.Entry.ETag),
        [new("getcontentlength", D)] = facts => facts.Entry.IsFolder ? null : Number(facts.Entry.Size ?? 0),
        [new("getcontenttype", D)] = facts => facts.Entry.IsFolder ? null : Text(facts.Entry.ContentType),
        [new("quota-used-bytes", D)] = facts => facts.Entry.IsFolder ? Number(facts.Entry.Size ?? 0) : null,
        [QuotaAvailable] = facts => facts.Entry.IsFolder && facts.Space is { } space ? Number(space.Quota is { } most ? Math.Max(0, most - space.Used) : -3) : null,
        [new("supportedlock", D)] = _ => new(LockXml.Supported, IsXml: true),
        [LockDiscovery] = facts => new(LockXml.Of(facts.Locks.Where(held => held.Covers(facts.Entry.Path)), facts.Root), IsXml: true),
        [new("current-user-principal", D)] = facts => new($"<d:href>{facts.Prefix}/remote.php/dav/principals/users/{facts.User}/</d:href>", IsXml: true),
        [new("id", Oc)] = facts => new(IdOf(facts.Entry, facts.Scope.Installation)),
        [new("fileid", Oc)] = facts => Number(facts.Entry.Cozy?.FileId ?? 0),
        [new("size", Oc)] = facts => Number(facts.Entry.Size ?? 0),
        [new("permissions", Oc)] = facts => new(facts.Entry.IsFolder ? "RGDNVCK" : "RGDNVW"),
        [Favorite] = facts => facts.Stored(Favorite) ?? new("0"),
        [Checksums] = facts => ChecksumsOf(facts) is { Length: > 0 } sums ? new($"<oc:checksum>{sums}</oc:checksum>", IsXml: true) : null,
        [new("owner-id", Oc)] = facts => new(facts.User),
        [new("owner-display-name", Oc)] = facts => new(facts.User),
        [new("share-types", Oc)] = _ => Empty,
        [new("tags", Oc)] = _ => Empty,
        [new("comments-unread", Oc)] = _ => new("0"),
        [new("downloadURL", Oc)] = facts => facts.Entry.IsFolder ? null : Empty,
        [new("data-fingerprint", Oc)] = facts => new(facts.Fingerprint),
        [new("sharees", Nc)] = _ => Empty,
        [new("system-tags", Nc)] = _ => Empty,
        [new("has-preview", Nc)] = _ => new("false"),
        [new("mount-type", Nc)] = _ => Empty,
        [new("is-mount-root", Nc)] = _ => new("false"),
        [new("hidden", Nc)] = _ => new("false"),
        [new("share-attributes", Nc)] = _ => new("[]"),
        [new("creation_time", Nc)] = facts => facts.Stored(new("creation_time", Nc)) ?? new("0"),
        [new("upload_time", Nc)] = facts => facts.Entry is { IsFolder: false, Cozy: { } cozy } ? Number(cozy.StoredAt.ToUnixTimeSeconds()) : null,
        [new("share-permissions", "http://open-collaboration-services.org/ns")] = facts => new(facts.Entry.IsFolder ? "31" : "19"),
        [new("share-permissions", "http://open-cloud-mesh.org/ns")] = _ => new("""["share","read","write"]"""),
    };

    // Live ones that a PROPPATCH may set; every other one of those above is protected.
    private static readonly HashSet<XmlQualifiedName> Writable = [Favorite, Checksums, new("creation_time", Nc)];

    public static IReadOnlyList<XmlQualifiedName> Usual { get; } =
    [
        new("getlastmodified", D), new("getcontentlength", D), new("resourcetype", D), new("quota-used-bytes", D), QuotaAvailable, new("getetag", D),
        new("getcontenttype", D),
    ];

    /// <summary>Whether it is told from what clients have stored.</summary>
    public static bool IsStored(XmlQualifiedName name) => Writable.Contains(name) || !Known.ContainsKey(name);

    public static bool IsProtected(XmlQualifiedName name) => Known.ContainsKey(name) && !Writable.Contains(name);

    public static DavValue? Of(DavFacts facts, XmlQualifiedName name) =>
        Known.TryGetValue(name, out var value) ? value(facts) : facts.Stored(name);

    /// <summary>The file's number and the installation's name, as one text that stays for life.</summary>
    public static string IdOf(Entry entry, string installation) => string.Create(CultureInfo.InvariantCulture, $"{entry.Cozy?.FileId ?? 0:D8}oc{installation}");

    public static string InstallationOf(string domain) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(domain)))[..10];

    /// <summary>What is known of the content, and what a client said that was found true.</summary>
    public static string ChecksumsOf(DavFacts facts)
    {
        var entry = facts.Entry;
        if (entry.IsFolder || entry.Sha256.IsEmpty)
        {
            return "";
        }

        var sha256 = Convert.ToHexStringLower(entry.Sha256.Span);
        var said = facts.Stored(Checksums)?.Text.Split(' ', 2) is [var of, var checksum] && of == sha256 ? checksum + " " : "";
        return $"{said}MD5:{Convert.ToHexStringLower(entry.Md5.Span)} SHA256:{sha256}";
    }

    // Desktops refuse a file whose time is outside of these.
    private static DateTimeOffset? ModifiedAt(Entry entry) =>
        entry.ModifiedAt?.ToUnixTimeSeconds() is > 0 and <= uint.MaxValue ? entry.ModifiedAt : entry.Cozy?.StoredAt;

    // A control character has no place in XML, however it is written.
    private static DavValue? Text(string? text) => string.IsNullOrEmpty(text) || text.AsSpan().ContainsAny(NoText) ? null : new(text);

    private static DavValue Number(long number) => new(number.ToString(CultureInfo.InvariantCulture));
}

/// <summary>What the properties of an entry are told from.</summary>
internal sealed record DavFacts(Entry Entry, IEnumerable<NodeProperty> Properties, DavScope Scope)
{
    public string User => Scope.Call.User;

    /// <summary>The path that a proxy in front has taken away, for hrefs in values.</summary>
    public string Prefix => Access.Visitor.PrefixOf(Scope.Call.Http);

    public string Root => Prefix + Scope.Call.Root;

    public string Fingerprint => Scope.Call.Http.RequestServices.GetRequiredService<DataFingerprint>().Value;

    public DriveSpace? Space => Scope.Space;

    public IReadOnlyList<DriveLock> Locks => Scope.Locks;

    public DavValue? Stored(XmlQualifiedName name) =>
        Properties.FirstOrDefault(property => property.Name == name.Name && property.Namespace == name.Namespace) is { } property
            ? new(property.Value, IsXml: true)
            : null;
}

/// <summary>What is the same for all entries of an answer; null and none where nobody asked.</summary>
internal sealed record DavScope(DavCall Call, DriveSpace? Space, IReadOnlyList<DriveLock> Locks)
{
    public string Installation { get; } = DavProperties.InstallationOf(Shared.Access.CallerOfRequest.Instance(Call.Http).Domain);
}
