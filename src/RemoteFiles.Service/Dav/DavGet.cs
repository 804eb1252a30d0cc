using RemoteFiles.Http;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>GET and HEAD: a file with ranges and conditions, a folder as an archive, or a page that says nothing.</summary>
internal static class DavGet
{
    public static async Task HandleAsync(DavCall call)
    {
        var look = await call.LookAsync();
        var entry = look.Entry;
        if (!entry.IsFolder)
        {
            var facts = new DavFacts(entry, look.Properties, new(call, null, []));
            await FileResponse.WriteAsync(call.Http, entry, look.OpenAsync, ContentDisposition.Attachment(call.Path.Name), sent =>
            {
                call.Describe(sent);
                call.Response.Headers["OC-Checksum"] = DavProperties.ChecksumsOf(facts with { Entry = sent });
                return sent.ETag;
            });
        }
        else if (FolderArchive.IsWanted(call))
        {
            await FolderArchive.WriteAsync(call, entry);
        }
        else
        {
            // Logins of some apps look whether this is 200.
            call.Response.ContentType = "text/html; charset=utf-8";
            call.Response.Headers.ContentSecurityPolicy = "default-src 'none'";
            await call.Response.WriteAsync("<!doctype html><title>WebDAV</title><p>This is a WebDAV address, for apps that sync files.\n", call.Ct);
        }
    }
}
