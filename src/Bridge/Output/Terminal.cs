using System.Globalization;
using Spectre.Console;

namespace Bridge;

/// <summary>Lines for the person at the terminal; what is filled in is never read as markup.</summary>
internal static class Terminal
{
    private const int PlainWidth = 200;

    static Terminal()
    {
        // In a file or a pipe: plain text, unbroken lines.
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
            AnsiConsole.Profile.Width = PlainWidth;
        }
    }

    /// <summary>A person reads and types; false in a pipe, a script or a log.</summary>
    public static bool IsInteractive => !Console.IsInputRedirected && ShowsProgress;

    /// <summary>A line can be drawn again.</summary>
    public static bool ShowsProgress => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    public static void Line(FormattableString text) => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, text);
}
