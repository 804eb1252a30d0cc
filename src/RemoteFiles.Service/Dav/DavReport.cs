using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>REPORT: oc:filter-files, which lists favourites wherever they are.</summary>
internal static class DavReport
{
    public static async Task HandleAsync(DavCall call)
    {
        var body = await DavXml.ReadAsync(call.Http);
        if (body?.Name != DavXml.Oc + "filter-files")
        {
            throw new FaultException(Fault.UnsupportedMediaType, "This report is not supported");
        }

        await call.EntryAsync();
        var rules = body.Element(DavXml.Oc + "filter-rules");
        if (rules?.Element(DavXml.Oc + "favorite")?.Value.Trim() is not ("1" or "true"))
        {
            throw new FaultException(Fault.Malformed, "The filter has no rule that is known here");
        }

        var favorite = new NodeProperty(DavProperties.Favorite.Namespace, DavProperties.Favorite.Name, "1");
        var found = (await call.Drive.WithPropertyAsync(favorite, call.Ct)).Where(entry => call.Path.Contains(entry.Path));
        var asked = PropFind.Of(body);
        var scope = await asked.ScopeAsync(call, call.Path);
        var answer = new MultiStatus(call.Http);
        await asked.AddAsync(answer, scope, found.ToAsyncEnumerable());
        await answer.CompleteAsync(call.Ct);
    }
}
