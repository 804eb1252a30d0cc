namespace RemoteFiles.Files;

/// <summary>Text that somebody else wrote and that will stand in a header: what no header can hold would make an answer impossible.</summary>
internal static class HeaderText
{
    private const int Longest = 256;

    /// <summary>Visible ASCII and spaces (RFC 9110 section 5.5), and short enough for every head.</summary>
    public static bool Is(string text) => text.Length <= Longest && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    public static string OrNothing(string text) => Is(text) ? text : "";
}
