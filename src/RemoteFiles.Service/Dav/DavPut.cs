using System.Globalization;
using RemoteFiles.Files;
using RemoteFiles.Http;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>PUT: a file whole or not at all, on the conditions of the request.</summary>
internal static class DavPut
{
    public static async Task HandleAsync(DavCall call)
    {
        var request = call.Request;
        if (request.Headers.ContentRange.Count > 0)
        {
            throw new FaultException(Fault.Malformed, "A part of a file is not put here");
        }

        if (request.Headers.ContainsKey("OC-Chunked"))
        {
            await DavOldChunks.PutAsync(call);
            return;
        }

        NewNames.Check(call.Path);
        var existed = false;
        var terms = DavTerms.Of(call, entry =>
        {
            NotTrashed(entry);
            existed = entry is not null;
            if (entry is { IsFolder: true })
            {
                throw new FaultException(Fault.Conflict, "PUT is not allowed on a folder");
            }
        });
        var wanted = WantedOf(call);
        var taking = wanted.Length > 0 ? CheckedBody.Taking(UploadBody.Of(call.Http), request, wanted) : null;
        var upload = new Upload
        {
            Body = taking ?? CheckedBody.Of(UploadBody.Of(call.Http), request),
            Length = request.ContentLength,
            Overwrite = true,
            ModifiedAt = ModificationTime.Of(request),
            OfContent = CheckedBody.ToKeep(CheckedBody.Read(request)),
            Terms = terms,
        };
        await DemandRoomAsync(call);
        if (request.Headers.ContainsKey("X-NC-WebDAV-Auto-Mkcol"))
        {
            await call.Drive.EnsureFolderAsync(call.Path.Parent, call.Ct);
        }

        var stored = await call.Drive.WriteAsync(call.Path, upload, call.Ct);
        foreach (var algorithm in wanted)
        {
            call.Response.Headers["X-Hash-" + algorithm] = taking!.SumOf(algorithm);
        }

        Answer(call, new(stored, !existed));
    }

    /// <summary>The answer to every way in which a file is stored.</summary>
    public static void Answer(DavCall call, Placed placed)
    {
        var headers = call.Response.Headers;
        call.Response.StatusCode = placed.IsNew ? StatusCodes.Status201Created : StatusCodes.Status204NoContent;
        call.Describe(placed.Entry);
        if (call.Request.Headers.ContainsKey("X-OC-MTime"))
        {
            headers["X-OC-MTime"] = "accepted";
        }
    }

    /// <summary>What lies in the trash has an address of its own.</summary>
    public static void NotTrashed(Entry? entry)
    {
        if (entry is { Cozy.Trashed: true } or { Id: ICozyDrive.TrashId })
        {
            throw new FaultException(Fault.Forbidden, "This is the trash");
        }
    }

    // Those that Nextcloud answers in X-Hash-….
    private static string[] WantedOf(DavCall call) => call.Header("X-Hash").ToUpperInvariant() switch
    {
        "ALL" => [ContentSums.Md5, ContentSums.Sha1, ContentSums.Sha256],
        ContentSums.Md5 => [ContentSums.Md5],
        ContentSums.Sha1 => [ContentSums.Sha1],
        ContentSums.Sha256 => [ContentSums.Sha256],
        _ => [],
    };

    // A sender without a Content-Length may still say how much will come.
    private static async Task DemandRoomAsync(DavCall call)
    {
        if (long.TryParse(call.Header("OC-Total-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var total)
            && await call.Drive.GetSpaceAsync(call.Ct) is { Quota: { } most } space && total > most - space.Used)
        {
            throw new FaultException(Fault.OutOfSpace, "Insufficient space");
        }
    }
}
