using Microsoft.Net.Http.Headers;
using RemoteFiles.Files;
using Shared.Faults;

namespace RemoteFiles.Dav;

/// <summary>The conditions of a request that changes something (RFC 9110 section 13, RFC 4918 section 10.4), as terms of the drive.</summary>
internal static class DavTerms
{
    /// <param name="call">The request.</param>
    /// <param name="more">What the method itself demands of the thing that is there.</param>
    public static Terms Of(DavCall call, Action<Entry?> more) => Of(call.Http, call.Path, more);

    public static Terms Of(HttpContext context, FilePath path, Action<Entry?> more)
    {
        var header = IfHeader.Parse(context.Request.Headers["If"].ToString());
        var conditions = context.Request.GetTypedHeaders();
        return new()
        {
            Tokens = header.Tokens,
            CheckAsync = async view =>
            {
                var entry = await view.StatAsync(path);
                Check(conditions, entry);
                if (!await header.HoldsAsync(view, path, address => DavAddress.FileOf(context, address)))
                {
                    throw Failed("If");
                }

                more(entry);
            },
        };
    }

    private static void Check(Microsoft.AspNetCore.Http.Headers.RequestHeaders headers, Entry? entry)
    {
        if (headers.IfMatch is { Count: > 0 } match && (entry is null || !match.Any(tag => Matches(tag, entry))))
        {
            throw Failed("If-Match");
        }

        if (headers.IfNoneMatch is { Count: > 0 } none && entry is not null && none.Any(tag => Matches(tag, entry)))
        {
            throw Failed("If-None-Match");
        }

        if (headers.IfMatch is not { Count: > 0 } && headers.IfUnmodifiedSince is { } since && entry?.ModifiedAt is { } modified
            && modified.ToUnixTimeSeconds() > since.ToUnixTimeSeconds())
        {
            throw Failed("If-Unmodified-Since");
        }
    }

    private static bool Matches(EntityTagHeaderValue tag, Entry entry) => tag.Tag.Value is "*" || tag.Tag.Value == entry.ETag;

    private static FaultException Failed(string header) =>
        new(Fault.PreconditionFailed, $"An {header} header was specified, but it does not hold") { Parameter = header };
}
