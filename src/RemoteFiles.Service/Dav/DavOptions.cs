namespace RemoteFiles.Dav;

/// <summary>OPTIONS (RFC 4918 section 10.1).</summary>
internal static class DavOptions
{
    public const string Classes = "1, 2, 3, extended-mkcol, nextcloud-checksum-update";

    public static Task HandleAsync(HttpContext context, IEnumerable<string> methods)
    {
        context.Response.Headers.Allow = string.Join(", ", methods);
        context.Response.Headers["DAV"] = Classes;
        context.Response.Headers["MS-Author-Via"] = "DAV";
        context.Response.Headers.AcceptRanges = "bytes";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
