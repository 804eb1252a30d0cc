using System.IO.Compression;
using System.Text.Json;
using RemoteFiles.Files;
using RemoteFiles.Http;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>A folder as a zip file, written as it is read: stored, not compressed, and closed only when whole.</summary>
internal static class FolderArchive
{
    private static readonly DateTimeOffset Earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    public static bool IsWanted(DavCall call) =>
        call.Request.Headers.Accept.ToString().Contains("application/zip", StringComparison.OrdinalIgnoreCase) || call.Request.Query["accept"] is ["zip" or "application/zip"];

    public static async Task WriteAsync(DavCall call, Entry folder)
    {
        var chosen = ChosenIn(call);
        var name = folder.Path.IsRoot ? call.User : folder.Path.Name;
        call.Response.ContentType = "application/zip";
        call.Response.Headers.ContentDisposition = ContentDisposition.Attachment(name + ".zip");
        if (HttpMethods.IsHead(call.Request.Method))
        {
            return;
        }

        // Not disposed by a failure: a central directory would make half an archive look whole.
        var zip = await ZipArchive.CreateAsync(call.Response.Body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, call.Ct);
        Add(zip, name + "/", folder);
        await AddAsync(call, zip, folder.Path, name + "/", chosen);
        await zip.DisposeAsync();
    }

    private static async Task AddAsync(DavCall call, ZipArchive zip, FilePath folder, string prefix, HashSet<string>? chosen)
    {
        await foreach (var child in call.Drive.ListAsync(folder, call.Ct))
        {
            if (chosen?.Contains(child.Path.Name) is false)
            {
                continue;
            }

            if (child.IsFolder)
            {
                Add(zip, $"{prefix}{child.Path.Name}/", child);
                await AddAsync(call, zip, child.Path, $"{prefix}{child.Path.Name}/", chosen: null);
                continue;
            }

            await using var download = await call.Drive.OpenAsync(child, 0, call.Ct);
            await using var entry = await Add(zip, prefix + child.Path.Name, child).OpenAsync(call.Ct);
            await download.Body.CopyToAsync(entry, call.Ct);
        }
    }

    private static ZipArchiveEntry Add(ZipArchive zip, string name, Entry entry)
    {
        var added = zip.CreateEntry(name, CompressionLevel.NoCompression);
        var modified = entry.ModifiedAt ?? Earliest;
        added.LastWriteTime = modified < Earliest ? Earliest : modified > Latest ? Latest : modified;
        return added;
    }

    // Of the query, or of the header that the web interface uses: a JSON list of names in this folder.
    private static HashSet<string>? ChosenIn(DavCall call)
    {
        var text = call.Request.Query["files"].ToString() is { Length: > 0 } query ? query : call.Header("X-NC-Files");
        if (text.Length == 0)
        {
            return null;
        }

        try
        {
            return [.. text.StartsWith('[') ? JsonDocument.Parse(text).RootElement.EnumerateArray().Select(name => name.GetString()!) : [text]];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FaultException(Fault.Malformed, "files is not a list of names");
        }
    }
}
