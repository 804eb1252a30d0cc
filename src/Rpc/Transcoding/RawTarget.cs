using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Rpc.Transcoding;

/// <summary>
/// The path as the client sent it. HttpRequest.Path is no use for names of files: there %2F and %252F look the same, and dot segments are folded.
/// </summary>
internal static class RawTarget
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The undecoded segments after the first '/', or null for a target that is not a path, such as "*".</summary>
    public static string[]? Segments(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(target))
        {
            // Servers other than Kestrel may leave it empty.
            target = context.Request.PathBase.Add(context.Request.Path).ToUriComponent();
        }

        var path = target.AsSpan();
        if (path.IndexOf('?') is >= 0 and var query)
        {
            path = path[..query];
        }

        // absolute-form, RFC 9112 section 3.2.2
        if (path is not ['/', ..] && path.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme)
        {
            var authority = path[(scheme + 3)..];
            path = authority.IndexOf('/') is >= 0 and var start ? authority[start..] : "/";
        }

        return path is ['/', .. var rest] ? rest.ToString().Split('/') : null;
    }

    /// <summary>One percent-decoding; false for malformed escapes and for what is not UTF-8.</summary>
    public static bool TryDecode(string segment, [NotNullWhen(true)] out string? decoded)
    {
        decoded = segment;
        if (!segment.Contains('%', StringComparison.Ordinal))
        {
            return true;
        }

        decoded = null;
        var bytes = new byte[StrictUtf8.GetMaxByteCount(segment.Length)];
        var count = 0;
        try
        {
            for (var i = 0; i < segment.Length;)
            {
                if (segment[i] != '%')
                {
                    var end = segment.IndexOf('%', i) is >= 0 and var escape ? escape : segment.Length;
                    count += StrictUtf8.GetBytes(segment, i, end - i, bytes, count);
                    i = end;
                }
                else if (i + 2 < segment.Length && char.IsAsciiHexDigit(segment[i + 1]) && char.IsAsciiHexDigit(segment[i + 2]))
                {
                    bytes[count++] = Convert.FromHexString(segment.AsSpan(i + 1, 2))[0];
                    i += 3;
                }
                else
                {
                    return false;
                }
            }

            decoded = StrictUtf8.GetString(bytes, 0, count);
            return true;
        }
        catch (ArgumentException)
        {
            // Not UTF-8.
            return false;
        }
    }

    /// <summary>The value of a variable: one name, which cannot lead elsewhere.</summary>
    public static string DecodeName(string segment) =>
        TryDecode(segment, out var name) && name is not ("." or "..") && name.AsSpan().IndexOfAny('/', '\0') < 0
            ? name
            : throw new BadRequestException("invalid path");
}
