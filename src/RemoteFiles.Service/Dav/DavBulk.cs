using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using RemoteFiles.Files;
using RemoteFiles.Http;
using Shared.Access;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>POST /remote.php/dav/bulk: many small files in one request, each stored for itself; a broken part ends it.</summary>
internal static class DavBulk
{
    private const int MostFiles = 1000;

    public static void MapDavBulk(this WebApplication app) => app.MapDav("POST", "/remote.php/dav/bulk", HandleAsync);

    private static async Task HandleAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/related", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).ToString() is not { Length: > 0 and <= 200 } boundary)
        {
            throw new FaultException(Fault.Malformed, "The body is not multipart/related");
        }

        var answer = new JsonObject();
        var status = StatusCodes.Status200OK;
        try
        {
            var reader = new MultipartReader(boundary, UploadBody.Of(context));
            while (answer.Count < MostFiles && await reader.ReadNextSectionAsync(context.RequestAborted) is { } part)
            {
                await StoreAsync(context, part, answer);
            }
        }
        catch (Exception e) when (e is FaultException { Fault: Fault.Malformed } or InvalidDataException || (e is IOException && !context.RequestAborted.IsCancellationRequested))
        {
            // What was stored before stays, and is told.
            status = StatusCodes.Status400BadRequest;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }

    private static async Task StoreAsync(HttpContext context, MultipartSection part, JsonObject answer)
    {
        var headers = part.Headers ?? [];
        string HeaderOf(string name) => headers.TryGetValue(name, out var value) ? value.ToString() : "";
        var name = HeaderOf("X-File-Path");
        if (name.Length == 0 || !long.TryParse(HeaderOf("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            throw new FaultException(Fault.Malformed, "A part needs X-File-Path and Content-Length");
        }

        var drive = DavCall.DriveOf(context);
        var said = HeaderOf("X-File-MD5") is { Length: > 0 } md5 ? "MD5:" + md5 : HeaderOf("OC-Checksum");
        var time = HeaderOf("X-File-Mtime") is { Length: > 0 } mtime ? mtime : HeaderOf("X-OC-Mtime");
        try
        {
            var path = NewNames.Check(await DavAddress.ResolveAsync(drive, FilePath.Parse(name), context.RequestAborted));
            var etag = HeaderOf("If-Match");
            var stored = await drive.WriteAsync(
                path,
                new()
                {
                    Body = CheckedBody.Of(part.Body, said),
                    Length = length,
                    Overwrite = true,
                    ModifiedAt = time.Length > 0 ? ModificationTime.Read(time) ?? throw new FaultException(Fault.Invalid, "the time cannot be") : null,
                    OfContent = CheckedBody.ToKeep(Checksum.Parse(said)),
                    Terms = new() { CheckAsync = async view => Demand(await view.StatAsync(path), etag) },
                },
                context.RequestAborted);
            answer[name] = new JsonObject
            {
                ["error"] = false,
                ["etag"] = stored.ETag.Trim('"'),
                ["fileid"] = DavProperties.IdOf(stored, DavProperties.InstallationOf(context.Instance().Domain)),
                ["permissions"] = "RGDNVW",
            };
        }
        catch (FaultException e) when (e.Fault is not Fault.Malformed)
        {
            answer[name] = new JsonObject { ["error"] = true, ["message"] = e.Message };
        }
    }

    private static void Demand(Entry? entry, string etag)
    {
        DavPut.NotTrashed(entry);
        if (etag.Length > 0 && entry?.ETag.Trim('"') != etag.Trim('"'))
        {
            throw new FaultException(Fault.PreconditionFailed, "The file is another one now");
        }
    }
}
