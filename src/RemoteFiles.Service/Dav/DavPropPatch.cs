using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>PROPPATCH (RFC 4918 section 9.2): all of it or nothing; one refused property makes the others 424.</summary>
internal static class DavPropPatch
{
    private const int MostValue = 64 * 1024;
    private static readonly XmlQualifiedName LastModified = new("lastmodified", DavProperties.D);

    public static async Task HandleAsync(DavCall call)
    {
        var body = await DavXml.ReadAsync(call.Http);
        if (body?.Name != DavXml.D + "propertyupdate")
        {
            throw new FaultException(Fault.Malformed, "The request body is not a propertyupdate");
        }

        var entry = await call.EntryAsync();
        var changes = ChangesIn(body).ToList();
        var terms = DavTerms.Of(call, _ => { });
        if (changes.TrueForAll(change => change.Refusal is null))
        {
            await call.Drive.PatchAsync(call.Path, PatchOf(changes), terms, call.Ct);
        }

        var refused = changes.Exists(change => change.Refusal is not null);
        var answer = new MultiStatus(call.Http);
        await answer.AddAsync(
            call.HrefOf(entry),
            changes.DistinctBy(change => change.Name).OrderBy(change => change.Refusal is null)
                .Select(change => (change.Name, change.Refusal ?? (refused ? "HTTP/1.1 424 Failed Dependency" : MultiStatus.Ok))),
            call.Ct);
        await answer.CompleteAsync(call.Ct);
    }

    // In the order of the document; of one name the last counts.
    private static IEnumerable<Change> ChangesIn(XElement update) =>
        from part in update.Elements()
        where part.Name == DavXml.D + "set" || part.Name == DavXml.D + "remove"
        from property in part.Elements(DavXml.D + "prop").Elements()
        let name = DavXml.NameOf(property)
        let value = part.Name == DavXml.D + "set" ? DavXml.InnerOf(property) : null
        select new Change(name, value, RefusalOf(name, value));

    private static string? RefusalOf(XmlQualifiedName name, string? value) =>
        DavProperties.IsProtected(name) ? "HTTP/1.1 403 Forbidden"
        : name == LastModified && (value is null || ModificationTime.Read(value) is null) ? "HTTP/1.1 409 Conflict"
        : value?.Length > MostValue ? "HTTP/1.1 507 Insufficient Storage"
        : null;

    private static PropertyPatch PatchOf(IEnumerable<Change> changes)
    {
        DateTimeOffset? modifiedAt = null;
        var last = new Dictionary<XmlQualifiedName, string?>();
        foreach (var change in changes)
        {
            if (change.Name == LastModified)
            {
                modifiedAt = ModificationTime.Read(change.Value!);
            }
            else if (change.Name != DavProperties.Checksums)
            {
                // A checksum is taken from bytes alone.
                last[change.Name] = change.Name == DavProperties.Favorite && change.Value?.Trim() is "" or "0" ? null : change.Value;
            }
        }

        return new(
            [.. last.Where(pair => pair.Value is not null).Select(pair => new NodeProperty(pair.Key.Namespace, pair.Key.Name, pair.Value!))],
            [.. last.Where(pair => pair.Value is null).Select(pair => new NodeProperty(pair.Key.Namespace, pair.Key.Name, ""))],
            modifiedAt);
    }

    private sealed record Change(XmlQualifiedName Name, string? Value, string? Refusal);
}

/// <summary>A time as sync clients send it: unix seconds, which some write with decimals.</summary>
internal static class ModificationTime
{
    private const long ADay = 86400;

    /// <summary>Null for what no file system would have written: text, a time before 2 January 1970, one after 2106.</summary>
    public static DateTimeOffset? Read(string text) =>
        decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > ADay and <= uint.MaxValue
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;

    /// <summary>Of the header X-OC-MTime; null when there is none.</summary>
    public static DateTimeOffset? Of(HttpRequest request) =>
        request.Headers["X-OC-MTime"].ToString() is not { Length: > 0 } text ? null
        : Read(text) ?? throw new FaultException(Fault.Malformed, "X-OC-MTime is not a time that a file can have");
}
