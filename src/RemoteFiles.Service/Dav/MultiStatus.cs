using System.Xml;
using RemoteFiles.Access;

namespace RemoteFiles.Dav;

/// <summary>
/// Writes a 207 entry by entry (RFC 4918 section 13). The root is closed only by <see cref="CompleteAsync"/>: a failure half way
/// leaves XML that no client can take for a whole listing.
/// </summary>
internal sealed class MultiStatus
{
    public const string Ok = "HTTP/1.1 200 OK";

    private const int FlushBytes = 32 * 1024;
    private readonly HttpResponse response;
    private readonly string prefix;
    private readonly bool isMinimal;
    private readonly XmlText xml = new();

    public MultiStatus(HttpContext context)
    {
        response = context.Response;
        prefix = Visitor.PrefixOf(context);
        isMinimal = context.Request.Headers["Brief"] == "t" || context.Request.Headers["Prefer"].ToString().Contains("return=minimal", StringComparison.Ordinal);
        response.StatusCode = StatusCodes.Status207MultiStatus;
        response.ContentType = "application/xml; charset=utf-8";
        response.Headers["DAV"] = DavOptions.Classes;
        response.Headers.Vary = "Brief,Prefer,Accept-Encoding";
        xml.Raw("""
            <?xml version="1.0"?>
            <d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">
            """u8);
    }

    /// <summary>An entry with the properties that are asked for: those it has first, then the names of those it has not.</summary>
    public Task AddAsync(string href, IEnumerable<XmlQualifiedName> asked, Func<XmlQualifiedName, DavValue?> valueOf, CancellationToken ct)
    {
        var missing = new List<XmlQualifiedName>();
        Begin(href);
        BeginStat();
        foreach (var name in asked)
        {
            if (valueOf(name) is { } value)
            {
                xml.Element(name, value);
            }
            else
            {
                missing.Add(name);
            }
        }

        EndStat(Ok);
        if (!isMinimal)
        {
            WriteNames(missing, "HTTP/1.1 404 Not Found");
        }

        return EndAsync(ct);
    }

    /// <summary>An entry that says of each property what became of it.</summary>
    public Task AddAsync(string href, IEnumerable<(XmlQualifiedName Name, string Status)> outcomes, CancellationToken ct)
    {
        Begin(href);
        foreach (var group in outcomes.GroupBy(outcome => outcome.Status, outcome => outcome.Name))
        {
            WriteNames([.. group], group.Key);
        }

        return EndAsync(ct);
    }

    public Task CompleteAsync(CancellationToken ct)
    {
        xml.Raw("</d:multistatus>"u8);
        return FlushAsync(ct);
    }

    private void Begin(string href)
    {
        xml.Raw("<d:response><d:href>"u8);
        xml.Text(prefix + href);
        xml.Raw("</d:href>"u8);
    }

    private Task EndAsync(CancellationToken ct)
    {
        xml.Raw("</d:response>"u8);
        return xml.Length > FlushBytes ? FlushAsync(ct) : Task.CompletedTask;
    }

    private void BeginStat() => xml.Raw("<d:propstat><d:prop>"u8);

    private void EndStat(string status)
    {
        xml.Raw("</d:prop><d:status>"u8);
        xml.Text(status);
        xml.Raw("</d:status></d:propstat>"u8);
    }

    private void WriteNames(List<XmlQualifiedName> names, string status)
    {
        if (names.Count > 0)
        {
            BeginStat();
            names.ForEach(name => xml.Element(name, new("")));
            EndStat(status);
        }
    }

    private async Task FlushAsync(CancellationToken ct)
    {
        await response.Body.WriteAsync(xml.Written, ct);
        xml.Clear();
    }
}

/// <summary>The value of a property: text, or XML as it is to be written.</summary>
internal readonly record struct DavValue(string Text, bool IsXml = false);
