using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>PATCH with X-Recalculate-Hash: reads a file again and says its checksum, as Nextcloud does where it announces nextcloud-checksum-update.</summary>
internal static class DavPatch
{
    public static async Task HandleAsync(DavCall call)
    {
        var algorithm = call.Header("X-Recalculate-Hash").ToUpperInvariant();
        if (!ContentSums.Known.Contains(algorithm))
        {
            throw new FaultException(algorithm.Length == 0 ? Fault.MethodNotAllowed : Fault.Malformed, "A PATCH recalculates the MD5, SHA1, SHA256 or ADLER32 of a file");
        }

        var entry = await call.EntryAsync();
        if (entry.IsFolder)
        {
            throw new FaultException(Fault.MethodNotAllowed, "A folder has no checksum");
        }

        await using var download = await call.Drive.OpenAsync(call.Path, 0, call.Ct);
        using var sums = new ContentSums(ContentSums.Sha256, algorithm);
        var buffer = new byte[Block];
        while (await download.Body.ReadAsync(buffer, call.Ct) is > 0 and var read)
        {
            sums.Append(buffer.AsSpan(0, read));
        }

        // What is damaged on the disk is not vouched for.
        var sha256 = sums.Of(ContentSums.Sha256);
        if (sha256 != Convert.ToHexStringLower(download.Entry.Sha256.Span))
        {
            throw new FaultException(Fault.Unavailable, "Storage is temporarily not available");
        }

        var checksum = new Checksum(algorithm, sums.Of(algorithm));
        if (CheckedBody.ToKeep(checksum) is { } property)
        {
            var patch = new PropertyPatch([property with { Value = $"{sha256} {property.Value}" }], [], ModifiedAt: null);
            await call.Drive.PatchAsync(call.Path, patch, DavTerms.Of(call, _ => { }), call.Ct);
        }

        call.Response.StatusCode = StatusCodes.Status204NoContent;
        call.Response.Headers["OC-Checksum"] = checksum.ToString();
    }

    private const int Block = 256 * 1024;
}
