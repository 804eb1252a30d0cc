using System.Buffers;
using System.Globalization;
using Microsoft.Net.Http.Headers;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Http;

/// <summary>Answers GET and HEAD for a file of any tree: streamed, with ranges and conditions (RFC 9110 sections 13 and 14).</summary>
internal static class FileResponse
{
    private const int BlockSize = 128 * 1024;

    /// <param name="context">The request.</param>
    /// <param name="tree">Where the file is.</param>
    /// <param name="file">Its path; a folder is NotFound.</param>
    /// <param name="disposition">Content-Disposition.</param>
    /// <param name="etagOf">The ETag this door shows, quotes included; empty for none.</param>
    public static async Task WriteAsync(HttpContext context, IFileTree tree, FilePath file, string disposition, Func<Entry, string> etagOf)
    {
        Entry? known = null;
        if (NeedsEntry(context.Request))
        {
            known = await tree.StatAsync(file, context.RequestAborted) is { IsFolder: false } found ? found : throw new FaultException(Fault.NotFound, "file/directory not found");
        }

        await WriteAsync(context, known, (offset, stop) => tree.OpenAsync(file, offset, stop), disposition, etagOf);
    }

    /// <summary>The same of a file that was looked at.</summary>
    public static async Task WriteAsync(
        HttpContext context, Entry? known, Func<long, CancellationToken, Task<Download>> openAsync, string disposition, Func<Entry, string> etagOf)
    {
        var ct = context.RequestAborted;
        ByteRange? range = null;
        if (known is not null && NeedsEntry(context.Request))
        {
            var headers = context.Request.GetTypedHeaders();
            if (Refusal(headers, known, etagOf(known)) is { } status)
            {
                Describe(context.Response, known, disposition, etagOf(known));
                context.Response.StatusCode = status;
                return;
            }

            range = IsRangeStillMeant(headers, known, etagOf(known)) ? ByteRange.Of(headers.Range, known.Size ?? 0) : null;
            if (range is { Count: 0 })
            {
                context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{known.Size ?? 0}");
                return;
            }
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            Describe(context.Response, known!, disposition, etagOf(known!));
            context.Response.ContentLength = range?.Count ?? known!.Size;
            return;
        }

        await using var download = await openAsync(range?.Start ?? 0, ct);
        if (range is not null && download.Entry.ETag != known!.ETag)
        {
            throw new FaultException(Fault.Unavailable, "the file is being changed");
        }

        Describe(context.Response, download.Entry, disposition, etagOf(download.Entry));
        if (range is { } part)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = part.Header(known!.Size ?? 0);
        }

        context.Response.ContentLength = range?.Count ?? download.Length;
        await CopyAsync(download.Body, context.Response, range?.Count ?? download.Length, ct);
    }

    private static bool NeedsEntry(HttpRequest request) =>
        HttpMethods.IsHead(request.Method) || request.Headers.Range.Count + request.Headers.IfMatch.Count + request.Headers.IfNoneMatch.Count
            + request.Headers.IfModifiedSince.Count + request.Headers.IfUnmodifiedSince.Count > 0;

    // RFC 9110 section 13.2.2, in its order.
    private static int? Refusal(Microsoft.AspNetCore.Http.Headers.RequestHeaders headers, Entry entry, string etag)
    {
        var modified = Seconds(entry.ModifiedAt);
        if (headers.IfMatch is { Count: > 0 } match)
        {
            if (!match.Any(tag => Matches(tag, etag)))
            {
                return StatusCodes.Status412PreconditionFailed;
            }
        }
        else if (headers.IfUnmodifiedSince is { } unmodified && modified > unmodified)
        {
            return StatusCodes.Status412PreconditionFailed;
        }

        if (headers.IfNoneMatch is { Count: > 0 } none)
        {
            return none.Any(tag => Matches(tag, etag)) ? StatusCodes.Status304NotModified : null;
        }

        return headers.IfModifiedSince is { } since && modified <= since ? StatusCodes.Status304NotModified : null;
    }

    private static bool IsRangeStillMeant(Microsoft.AspNetCore.Http.Headers.RequestHeaders headers, Entry entry, string etag) =>
        headers.IfRange is not { } condition
        || (condition.EntityTag is { } tag ? Matches(tag, etag) : condition.LastModified is { } time && Seconds(entry.ModifiedAt) <= time);

    private static bool Matches(EntityTagHeaderValue tag, string etag) => tag.Tag.Value is "*" || (etag.Length > 0 && tag.Tag.Value == etag);

    // HTTP dates have no fraction.
    private static DateTimeOffset? Seconds(DateTimeOffset? time) =>
        time is { } t ? DateTimeOffset.FromUnixTimeSeconds(t.ToUnixTimeSeconds()) : null;

    private static void Describe(HttpResponse response, Entry entry, string disposition, string etag)
    {
        var headers = response.Headers;
        headers.ContentType = entry.ContentType.Length > 0 && HeaderText.Is(entry.ContentType) ? entry.ContentType : MimeTypes.OfName(entry.Path.Name);
        headers.ContentDisposition = disposition;
        headers.AcceptRanges = "bytes";
        headers.LastModified = entry.ModifiedAt?.ToString("R", CultureInfo.InvariantCulture);

        // The bytes are a user's, not a page of ours.
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.XContentTypeOptions = "nosniff";
        if (etag.Length > 0)
        {
            headers.ETag = etag;
        }
    }

    // The first block is there before the answer begins, so that what cannot be read at all is still an error of its own.
    private static async Task CopyAsync(Stream from, HttpResponse response, long count, CancellationToken ct)
    {
        var first = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            var read = await ReadAsync(from, first.AsMemory(0, BlockSize), count, ct);
            await response.Body.WriteAsync(first.AsMemory(0, read), ct);
            count -= read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(first);
        }

        // The others are read to where they are sent from.
        var to = response.BodyWriter;
        while (count > 0)
        {
            var read = await ReadAsync(from, to.GetMemory(BlockSize)[..BlockSize], count, ct);
            to.Advance(read);
            count -= read;
            await to.FlushAsync(ct);
        }
    }

    private static async ValueTask<int> ReadAsync(Stream from, Memory<byte> block, long count, CancellationToken ct)
    {
        var wanted = block[..(int)Math.Min(count, block.Length)];
        return wanted.IsEmpty ? 0 : await from.ReadAsync(wanted, ct) is > 0 and var read ? read : throw new FaultException(Fault.BadGateway, "the file ended before its length");
    }
}
