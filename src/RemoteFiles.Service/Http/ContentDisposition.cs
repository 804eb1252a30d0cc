using System.Text;

namespace RemoteFiles.Http;

/// <summary>Content-Disposition as the Cozy writes it (RFC 6266): an ASCII name for old clients, and the true one where they differ.</summary>
internal static class ContentDisposition
{
    public static string Attachment(string name) => Of("attachment", name);

    public static string Inline(string name) => Of("inline", name);

    private static string Of(string kind, string name)
    {
        var ascii = new StringBuilder(name.Length);
        foreach (var c in name.Where(c => c is > ' ' and < '\u007f' and not ('"' or '/' or '\\')))
        {
            ascii.Append(c);
        }

        var stripped = ascii.Length == 0 ? "download" : ascii.ToString();
        return stripped == name ? $"{kind}; filename=\"{name}\"" : $"{kind}; filename=\"{stripped}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";
    }
}
