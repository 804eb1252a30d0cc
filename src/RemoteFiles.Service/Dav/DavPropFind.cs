using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>PROPFIND (RFC 4918 section 9.1): the thing itself first, then what is below, streamed.</summary>
internal static class DavPropFind
{
    public static async Task HandleAsync(DavCall call)
    {
        var depth = call.Header("Depth").ToUpperInvariant();
        if (depth is not ("" or "0" or "1" or "INFINITY"))
        {
            throw new FaultException(Fault.Malformed, "The Depth header is 0, 1 or infinity");
        }

        var body = await DavXml.ReadAsync(call.Http);
        if (body is not null && body.Name != DavXml.D + "propfind")
        {
            throw new FaultException(Fault.Malformed, "The request body is not a propfind");
        }

        var entry = await call.EntryAsync();
        var asked = PropFind.Of(body);
        var scope = await asked.ScopeAsync(call, call.Path);
        var answer = new MultiStatus(call.Http);
        await asked.AddAsync(answer, scope, entry);
        if (entry.IsFolder && depth != "0")
        {
            await asked.AddAsync(answer, scope, depth == "INFINITY" ? Below(call, call.Path) : call.Drive.ListAsync(call.Path, call.Ct));
        }

        await answer.CompleteAsync(call.Ct);
    }

    /// <summary>Everything below a folder, each folder before what it holds.</summary>
    public static async IAsyncEnumerable<Entry> Below(DavCall call, FilePath folder)
    {
        await foreach (var child in call.Drive.ListAsync(folder, call.Ct))
        {
            yield return child;
            if (!child.IsFolder)
            {
                continue;
            }

            await foreach (var deeper in Below(call, child.Path))
            {
                yield return deeper;
            }
        }
    }
}
