using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
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
        call.Request.Headers.Accept.ToString().Contains("application/zip", StringComparison.OrdinalIgnoreCase) || call.Request.Query["accept"].ToString() is "zip" or "application/zip";

    public static async Task WriteAsync(DavCall call, Entry folder)
    {
        var chosen = await ChosenAsync(call, folder);
        var name = folder.Path.IsRoot ? call.User : folder.Path.Name;
        call.Response.ContentType = "application/zip";
        call.Response.Headers.ContentDisposition = ContentDisposition.Attachment(name + ".zip");
        if (HttpMethods.IsHead(call.Request.Method))
        {
            return;
        }

        // The framework writes the headers of folders, a few bytes each, synchronously.
        call.Http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;

        // Not disposed by a failure: a central directory would make half an archive look whole.
        var zip = await ZipArchive.CreateAsync(call.Response.Body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, call.Ct);
        await (chosen is null ? AddAsync(call, zip, "", name, folder) : AddAsync(call, zip, "", chosen.ToAsyncEnumerable()));
        await zip.DisposeAsync();
    }

    private static async Task AddAsync(DavCall call, ZipArchive zip, string prefix, IAsyncEnumerable<Entry> entries)
    {
        await foreach (var entry in entries)
        {
            await AddAsync(call, zip, prefix, entry.Path.Name, entry);
        }
    }

    private static async Task AddAsync(DavCall call, ZipArchive zip, string prefix, string name, Entry entry)
    {
        name = Written(name);
        if (entry.IsFolder)
        {
            Add(zip, $"{prefix}{name}/", entry);
            await AddAsync(call, zip, $"{prefix}{name}/", call.Drive.ListAsync(entry.Path, call.Ct));
            return;
        }

        await using var download = await call.Drive.OpenAsync(entry, 0, call.Ct);
        await using var added = await Add(zip, prefix + name, entry).OpenAsync(call.Ct);
        await download.Body.CopyToAsync(added, call.Ct);
    }

    // Some unpackers take a backslash for a slash, and a name would lead out of their folder (APPNOTE section 4.4.17.1).
    private static string Written(string name) => name.Replace('\\', '_');

    private static ZipArchiveEntry Add(ZipArchive zip, string name, Entry entry)
    {
        var added = zip.CreateEntry(name, CompressionLevel.NoCompression);
        var modified = entry.ModifiedAt ?? Earliest;
        added.LastWriteTime = modified < Earliest ? Earliest : modified > Latest ? Latest : modified;
        return added;
    }

    // All of them, or none: as Nextcloud does, whose clients could not tell what is missing.
    private static async Task<List<Entry>?> ChosenAsync(DavCall call, Entry folder)
    {
        if (ChosenIn(call) is not { } names)
        {
            return null;
        }

        var chosen = new List<Entry>();
        foreach (var name in names)
        {
            var child = folder.Path.Child(name);
            chosen.Add(await call.Drive.StatAsync(child, call.Ct) is { Cozy.Trashed: false, Id: not ICozyDrive.TrashId } entry
                ? entry
                : throw new FaultException(Fault.NotFound, $"File with name {child} could not be located"));
        }

        return chosen;
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
            return [.. text.StartsWith('[') ? JsonDocument.Parse(text).RootElement.EnumerateArray().Select(name => name.GetString() ?? throw new JsonException()) : [text]];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FaultException(Fault.Malformed, "files is not a list of names");
        }
    }
}
