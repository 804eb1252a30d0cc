using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>MKCOL and DELETE (RFC 4918 sections 9.3 and 9.6).</summary>
internal static class DavFolders
{
    public static async Task MakeAsync(DavCall call)
    {
        // An extended MKCOL (RFC 5689) says in XML that it makes a folder; a body of any other kind is not understood.
        var hasBody = call.Request.ContentLength > 0 || call.Request.Headers.TransferEncoding.Count > 0;
        if (hasBody && call.Request.ContentType?.Contains("xml", StringComparison.OrdinalIgnoreCase) is not true)
        {
            throw new FaultException(Fault.UnsupportedMediaType, "The body of a MKCOL is XML");
        }

        _ = hasBody ? await DavXml.ReadAsync(call.Http) : null;
        NewNames.Check(call.Path);
        var terms = DavTerms.Of(call, entry =>
        {
            if (entry is not null || call.Path.IsRoot)
            {
                throw new FaultException(Fault.MethodNotAllowed, "The resource you tried to create already exists");
            }
        });
        var folder = await call.Drive.MakeFolderAsync(call.Path, terms, call.Ct);
        call.Describe(folder);
        call.Response.StatusCode = StatusCodes.Status201Created;
    }

    public static async Task DeleteAsync(DavCall call)
    {
        await call.EntryAsync();
        var terms = DavTerms.Of(call, DavPut.NotTrashed);
        await call.Drive.DeleteAsync(call.Path, call.Header("X-NC-Skip-Trashbin") == "true", terms, call.Ct);
        call.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
