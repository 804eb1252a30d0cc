using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace StandIn;

/// <summary>Paths of the DAV addresses: each segment decoded once, and encoded as Sabre does, in lower-case hex.</summary>
internal static class DavPath
{
    private const string Literal = "-_.~()@:";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The names of a request target or of an absolute address; false when it is no percent-encoded UTF-8.</summary>
    public static bool TryDecode(string target, [NotNullWhen(true)] out string[]? names)
    {
        var path = target.Split('?')[0];
        if (path.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme)
        {
            var slash = path.IndexOf('/', scheme + 3);
            path = slash < 0 ? "/" : path[slash..];
        }

        try
        {
            names = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Decode).ToArray();
            return true;
        }
        catch (FormatException)
        {
            names = null;
            return false;
        }
    }

    public static string Encode(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            var c = (char)octet;
            _ = char.IsAsciiLetterOrDigit(c) || Literal.Contains(c, StringComparison.Ordinal)
                ? text.Append(c)
                : text.Append(CultureInfo.InvariantCulture, $"%{octet:x2}");
        }

        return text.ToString();
    }

    private static string Decode(string segment)
    {
        var octets = new List<byte>(segment.Length);
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                octets.Add(segment[i] < 0x80 ? (byte)segment[i] : throw new FormatException("not ASCII"));
                continue;
            }

            octets.Add(i + 2 < segment.Length && byte.TryParse(segment.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet)
                ? octet
                : throw new FormatException("a percent sign without two hex digits"));
            i += 2;
        }

        try
        {
            return Strict.GetString([.. octets]);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("not UTF-8", e);
        }
    }
}
