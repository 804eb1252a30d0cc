using System.Globalization;
using Spectre.Console;

namespace Bridge;

/// <summary>Lines for the person at the terminal; what is filled in is never read as markup.</summary>
internal static class Terminal
{
    public static void Line(FormattableString text) => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, text);
}
