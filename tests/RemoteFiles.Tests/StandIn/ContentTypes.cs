namespace StandIn;

/// <summary>Nextcloud goes by the name: what was sent with the upload does not count.</summary>
internal static class ContentTypes
{
    public static string OfName(string name) => Path.GetExtension(name).ToUpperInvariant() switch
    {
        ".TXT" => "text/plain",
        ".MD" => "text/markdown",
        ".HTML" => "text/html",
        ".PDF" => "application/pdf",
        ".JPG" => "image/jpeg",
        ".PNG" => "image/png",
        ".ODS" => "application/vnd.oasis.opendocument.spreadsheet",
        _ => "application/octet-stream",
    };

    /// <summary>Of a download: text names its charset, and HTML is text, so that no browser runs it.</summary>
    public static string OfDownload(string name) => OfName(name) switch
    {
        "text/html" => "text/plain;charset=UTF-8",
        var type when type.StartsWith("text/", StringComparison.Ordinal) => type + ";charset=UTF-8",
        var type => type,
    };
}
