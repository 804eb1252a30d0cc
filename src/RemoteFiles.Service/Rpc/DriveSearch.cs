using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Protos;
using RemoteFiles.Files;
using RemoteFiles.JsonApi;
using Shared.Documents;
using Shared.Faults;

namespace RemoteFiles.Rpc;

// Routes that look at every file: for those who may read them all.
internal sealed partial class DriveService
{
    // What a full page says for the total, which nobody has counted.
    private const int Many = 2147483646;

    public override async Task<CozyFileList> Find(FindFilesRequest request, ServerCallContext context)
    {
        if (request.Query is null)
        {
            throw new FaultException(Fault.Malformed, "JSON input is malformed or is missing mandatory fields");
        }

        var (drive, ct, url) = (Drive(context), context.CancellationToken, Url(context));
        var json = JsonNode.Parse(JsonFormatter.Default.Format(request.Query))!.AsObject();
        if (request.Page?.Cursor is { Length: > 0 } cursor)
        {
            json["bookmark"] = cursor;
        }

        var query = FindQuery.Parse(json);
        var run = new FindRun<Entry>(query, entry => SearchDocument.Of(entry, url), entry => entry.Id);
        var filter = new SearchFilter(json["selector"]!.AsObject());
        var list = new CozyFileList();
        await foreach (var entry in run.RunAsync(after => filter.Of(drive.SearchAsync(filter.FolderId, after, ct)), id => drive.FindAsync(id, ct), ct))
        {
            list.Data.Add(SearchDocument.Resource(entry, url));
        }

        list.Meta = new() { Count = run.IsFull ? Many : query.Skip + run.Count };
        list.Links = new() { Next = run.IsFull ? string.Create(CultureInfo.InvariantCulture, $"/files/_find?page%5Bcursor%5D={run.Bookmark}") : "" };
        return list;
    }

    public override async Task ListAll(ListAllRequest request, IServerStreamWriter<CozyFile> responseStream, ServerCallContext context)
    {
        var (drive, ct, url) = (Drive(context), context.CancellationToken, Url(context));
        await foreach (var entry in request.Documents is { } wanted ? NamedAsync(drive, wanted.Keys, ct) : drive.SearchAsync(folderId: null, "", ct))
        {
            await responseStream.WriteAsync(SearchDocument.Resource(entry, url), ct);
        }
    }

    private static async IAsyncEnumerable<Entry> NamedAsync(
        ICozyDrive drive, IEnumerable<string> ids, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var id in ids)
        {
            if (await drive.FindAsync(id, ct) is { } entry)
            {
                yield return entry;
            }
        }
    }
}
