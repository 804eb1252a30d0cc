namespace RemoteFiles.Files;

/// <summary>The name of a copy beside its original, in the instance's language: <c>report (copie).pdf</c>.</summary>
internal static class CopyName
{
    public static string Of(string name, string locale)
    {
        // A dot at the start hides a file; it begins no extension.
        var dot = name.LastIndexOf('.');
        var stem = dot > 0 ? dot : name.Length;
        return $"{name[..stem]} ({Suffix(locale)}){name[stem..]}";
    }

    private static string Suffix(string locale) => locale switch
    {
        "fr" => "copie",
        "de" => "Kopie",
        "es" => "copia",
        "nl" => "kopie",
        "ru" => "копия",
        "vi" => "bản sao",
        "ja" => "コピー",
        _ => "copy",
    };
}
