using System.Text;

namespace RemoteFiles.Tests.Routes;

/// <summary>Request targets as the Cozy's own client writes them.</summary>
internal static class Targets
{
    /// <summary>Each name as encodeURIComponent writes it, and parentheses encoded too; <c>! ' * ~</c> stay.</summary>
    public static string Encode(string path) => string.Join('/', path.Split('/').Select(EncodeName));

    /// <summary>A query value as a browser's URLSearchParams writes it: space as plus.</summary>
    public static string FormEncode(string value) => Uri.EscapeDataString(value).Replace("%20", "+", StringComparison.Ordinal);

    private static string EncodeName(string name)
    {
        var text = new StringBuilder(Uri.EscapeDataString(name));
        foreach (var c in "!'*~")
        {
            text.Replace($"%{(int)c:X2}", $"{c}");
        }

        return text.ToString();
    }
}
