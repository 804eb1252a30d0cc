using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rpc.Transcoding;

/// <summary>Strings as JSON: letters of every script as they are, &lt; &gt; and &amp; escaped so that a browser cannot take the answer for HTML.</summary>
internal static class JsonText
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The relaxed encoder leaves the first three alone, and escapes what UTF-16 writes as a pair of surrogates.
    private static readonly SearchValues<char> NeedCare =
        SearchValues.Create(['<', '>', '&', .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c)]);

    public static void Write(Utf8JsonWriter writer, string text)
    {
        if (text.AsSpan().ContainsAny(NeedCare))
        {
            writer.WriteRawValue(Encode(text), skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }

    // RFC 8259 section 7; half a surrogate pair becomes U+FFFD.
    private static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length + 16).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => encoded.Append("\\\""),
                '\\' => encoded.Append("\\\\"),
                '\n' => encoded.Append("\\n"),
                '\r' => encoded.Append("\\r"),
                '\t' => encoded.Append("\\t"),
                < 0x20 or '<' or '>' or '&' or 0x7F or 0x2028 or 0x2029 => encoded.Append("\\u").Append(rune.Value.ToString("x4", null)),
                _ => encoded.Append(rune),
            };
        }

        return encoded.Append('"').ToString();
    }
}
