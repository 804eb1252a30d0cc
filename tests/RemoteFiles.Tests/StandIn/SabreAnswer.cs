using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace StandIn;

/// <summary>
/// What Sabre says beside a status.
/// <code>
/// &lt;d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"&gt;
///   &lt;s:exception&gt;Sabre\DAV\Exception\NotFound&lt;/s:exception&gt;
///   &lt;s:message&gt;File with name /Documents/nope.txt could not be located&lt;/s:message&gt;
/// &lt;/d:error&gt;
/// </code>
/// </summary>
internal static class SabreAnswer
{
    public static Task WriteAsync(HttpContext context, int status, string exception, string message, string header = "")
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/xml; charset=utf-8";
        if (status == 412)
        {
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = "Precondition failed";
        }

        return response.WriteAsync(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\">\n"
            + $"  <s:exception>Sabre\\DAV\\Exception\\{exception}</s:exception>\n"
            + (message.Length == 0 ? "  <s:message/>\n" : $"  <s:message>{PropFind.Text(message)}</s:message>\n")
            + (header.Length == 0 ? "" : $"  <s:header>{header}</s:header>\n")
            + "</d:error>\n");
    }

    public static Task NotFoundAsync(HttpContext context, string message) => WriteAsync(context, 404, "NotFound", message);

    public static Task ConflictAsync(HttpContext context, string message) => WriteAsync(context, 409, "Conflict", message);

    public static Task ForbiddenAsync(HttpContext context, string message) => WriteAsync(context, 403, "Forbidden", message);

    public static Task PreconditionAsync(HttpContext context, string header, string message) => WriteAsync(context, 412, "PreconditionFailed", message, header);

    /// <summary>A name that Nextcloud does not take; an exception of its own, with two elements more.</summary>
    public static Task InvalidPathAsync(HttpContext context, string message)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (400, "application/xml; charset=utf-8");
        return context.Response.WriteAsync($"""
            <?xml version="1.0" encoding="utf-8"?>
            <d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:o="http://owncloud.org/ns">
              <s:exception>OCA\DAV\Connector\Sabre\Exception\InvalidPath</s:exception>
              <s:message>{PropFind.Text(message)}</s:message>
              <o:retry xmlns:o="o:">false</o:retry>
              <o:reason xmlns:o="o:">{PropFind.Text(message)}</o:reason>
            </d:error>

            """);
    }

    /// <summary>201 or 204 with the headers of a change; a file shows its ETag, but not after a copy.</summary>
    public static Task DoneAsync(HttpContext context, int status, Node? node = null)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=UTF-8";
        if (status != 204)
        {
            response.ContentLength = 0;
        }

        if (node is not null)
        {
            response.Headers["OC-FileId"] = string.Create(CultureInfo.InvariantCulture, $"{node.Id:D8}ockr13txmrdy");
        }

        if (node is FileNode && context.Request.Method != "COPY")
        {
            response.Headers.ETag = $"\"{node.ETag}\"";
            response.Headers["OC-ETag"] = $"\"{node.ETag}\"";
        }

        return Task.CompletedTask;
    }
}
