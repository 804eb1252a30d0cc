using System.Text.RegularExpressions;

namespace RemoteFiles.Access;

/// <summary>The name of an app as a person knows it, from its User-Agent.</summary>
internal static partial class AppName
{
    private const int Longest = 80;

    public static string Of(HttpRequest request)
    {
        var agent = string.Concat(request.Headers.UserAgent.ToString().Where(c => c is >= ' ' and not '\x7f')).Trim();
        return NextcloudApp().Match(agent) is { Success: true } app ? $"{Named(app.Groups["app"].Value)}{On(agent)}"
            : agent.Length == 0 ? "Unknown app"
            : agent[..Math.Min(agent.Length, Longest)];
    }

    private static string Named(string product) => product.ToUpperInvariant() switch
    {
        "MIRALL" => "Nextcloud desktop",
        "NEXTCLOUD-ANDROID" => "Nextcloud for Android",
        _ => "Nextcloud for iOS",
    };

    // "Mozilla/5.0 (Linux) mirall/3.16.7 (Nextcloud, …)"
    private static string On(string agent) => System().Match(agent) is { Success: true } system ? $" ({system.Value})" : "";

    [GeneratedRegex(@"\b(?<app>mirall|Nextcloud-android|Nextcloud-iOS)/", RegexOptions.IgnoreCase)]
    private static partial Regex NextcloudApp();

    [GeneratedRegex(@"(?<=^Mozilla/5\.0 \()(Linux|Windows|Macintosh)(?=\) mirall)")]
    private static partial Regex System();
}
