using System.Diagnostics.CodeAnalysis;

namespace RemoteFiles.Accounts;

/// <summary>The root of a Nextcloud as users give it: http or https, a host, maybe a path; ends with a slash, holds no login.</summary>
internal static class NextcloudUrl
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? url)
    {
        url = null;
        if (!Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var parsed)
            || parsed.Scheme is not ("http" or "https")
            || parsed.Host.Length == 0
            || parsed.UserInfo.Length > 0)
        {
            return false;
        }

        url = new Uri(parsed.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
        return true;
    }
}
