using System.Globalization;
using System.Security;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>An error as Sabre writes it: <c>&lt;d:error&gt;&lt;s:exception&gt;Sabre\DAV\Exception\NotFound&lt;/s:exception&gt;…</c>.</summary>
internal static class DavError
{
    public static Task WriteAsync(HttpContext context, FaultException fault)
    {
        var (answer, response) = (fault.Fault.Answer(), context.Response);
        response.StatusCode = answer.Dav;
        response.ContentType = "application/xml; charset=utf-8";
        if (fault.Fault == Fault.Unauthenticated)
        {
            response.Headers.WWWAuthenticate = "Basic realm=\"Nextcloud\", charset=\"UTF-8\"";
        }

        if (fault.Fault == Fault.Unavailable)
        {
            response.Headers.RetryAfter = ((int)(fault.RetryAfter?.TotalSeconds ?? 10)).ToString(CultureInfo.InvariantCulture);
        }

        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.WriteAsync(
            $"""
            <?xml version="1.0" encoding="utf-8"?>
            <d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">
              <s:exception>Sabre\DAV\Exception\{answer.DavException}</s:exception>
              <s:message>{SecurityElement.Escape(fault.Message)}</s:message>
            </d:error>

            """,
            context.RequestAborted);
    }
}
