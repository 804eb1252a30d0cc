namespace RemoteFiles.Access;

/// <summary>How this server was addressed, as the edge says it: nobody but the edge reaches this port.</summary>
internal static class Visitor
{
    /// <summary>The address that apps know this server by: scheme, host, and the path it is mounted at, without a slash at its end.</summary>
    public static string ServerOf(HttpContext context) => $"{SchemeOf(context)}://{context.Request.Host.Value}{PrefixOf(context)}";

    /// <summary>The path that a proxy in front has taken away; empty for none.</summary>
    public static string PrefixOf(HttpContext context)
    {
        var prefix = context.Request.Headers["X-Forwarded-Prefix"].ToString().TrimEnd('/');
        return prefix.StartsWith('/') && prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or '~') ? prefix : "";
    }

    public static bool IsSecure(HttpContext context) => SchemeOf(context) == Uri.UriSchemeHttps;

    private static string SchemeOf(HttpContext context) =>
        context.Request.Headers["X-Forwarded-Proto"].ToString() is (("http" or "https") and var scheme) ? scheme : context.Request.Scheme;
}
