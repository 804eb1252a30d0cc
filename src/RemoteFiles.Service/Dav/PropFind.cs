using System.Xml;
using System.Xml.Linq;
using RemoteFiles.Files;

namespace RemoteFiles.Dav;

/// <summary>The properties that a request asks for (RFC 4918 section 9.1), and the answer with them, a few hundred entries at a time.</summary>
internal sealed class PropFind
{
    private const int EntriesAtOnce = 200;
    private readonly IReadOnlyList<XmlQualifiedName> names;
    private readonly bool wantsStored;
    private readonly bool wantsNames;

    private PropFind(IReadOnlyList<XmlQualifiedName> names, bool wantsStored, bool wantsNames) =>
        (this.names, this.wantsStored, this.wantsNames) = (names, wantsStored, wantsNames);

    public IReadOnlyList<XmlQualifiedName> Names => names;

    /// <summary>Of the element around <c>prop</c>, <c>allprop</c> or <c>propname</c>; none asks for the usual ones.</summary>
    public static PropFind Of(XElement? request)
    {
        var extra = request?.Element(DavXml.D + "include")?.Elements() ?? [];
        return request?.Element(DavXml.D + "prop") is { } prop ? new([.. prop.Elements().Select(DavXml.NameOf).Distinct()], false, false)
            : new([.. DavProperties.Usual, .. extra.Select(DavXml.NameOf)], true, request?.Element(DavXml.D + "propname") is not null);
    }

    public async Task<DavScope> ScopeAsync(DavCall call, FilePath around) => new(
        call,
        names.Contains(DavProperties.QuotaAvailable) ? await call.Drive.GetSpaceAsync(call.Ct) : null,
        names.Contains(DavProperties.LockDiscovery) ? await call.Drive.LocksAroundAsync(around, call.Ct) : []);

    public async Task AddAsync(MultiStatus answer, DavScope scope, IAsyncEnumerable<Entry> entries)
    {
        await foreach (var some in entries.Chunk(EntriesAtOnce).WithCancellation(scope.Call.Ct))
        {
            await AddAsync(answer, scope, some);
        }
    }

    public async Task AddAsync(MultiStatus answer, DavScope scope, params IReadOnlyCollection<Entry> entries)
    {
        var properties = wantsStored || names.Any(DavProperties.IsStored)
            ? await scope.Call.Drive.PropertiesAsync([.. entries.Select(entry => entry.Cozy!.FileId)], scope.Call.Ct)
            : Array.Empty<NodeProperty>().ToLookup(_ => "");
        foreach (var entry in entries)
        {
            var facts = new DavFacts(entry, properties[entry.Id], scope);
            var asked = wantsStored
                ? names.Concat(facts.Properties.Select(property => new XmlQualifiedName(property.Name, property.Namespace)).Except([DavProperties.Checksums]))
                    .Where(name => DavProperties.Of(facts, name) is not null)
                : names;
            await answer.AddAsync(
                scope.Call.HrefOf(entry), asked, name => wantsNames ? new DavValue("") : DavProperties.Of(facts, name), scope.Call.Ct);
        }
    }
}
