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

        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.WriteAsync(
            $"""
            <?xml version="1.0" encoding="utf-8"?>
            <d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">
              <s:exception>{ExceptionOf(fault, answer)}</s:exception>
              <s:message>{SecurityElement.Escape(fault.Message)}</s:message>{More(fault)}
            </d:error>

            """,
            context.RequestAborted);
    }

    // Clients know these by the names of Nextcloud's own.
    private static string ExceptionOf(FaultException fault, FaultAnswer answer) =>
        IsName(fault) ? @"OCA\DAV\Connector\Sabre\Exception\InvalidPath"
        : fault.Fault == Fault.Locked ? @"OCA\DAV\Connector\Sabre\Exception\FileLocked"
        : fault.Fault == Fault.TooManyRequests ? @"OCA\DAV\Connector\Sabre\Exception\TooManyRequests"
        : $@"Sabre\DAV\Exception\{answer.DavException}";

    private static string More(FaultException fault) =>
        IsName(fault) ? $"\n  <o:retry xmlns:o=\"o:\">false</o:retry>\n  <o:reason xmlns:o=\"o:\">{SecurityElement.Escape(fault.Message)}</o:reason>"
        : fault is { Fault: Fault.PreconditionFailed, Parameter: { } header } ? $"\n  <s:header>{SecurityElement.Escape(header)}</s:header>"
        : "";

    private static bool IsName(FaultException fault) => fault is { Fault: Fault.Invalid, Parameter: "name" or "path" };
}
