using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Operations.Logs;

/// <summary>
/// An event as one line for people: <c>14:03:07 warning migration.waits The Nextcloud of … does not answer</c>, in local time. What
/// was thrown stands below it. Nothing in it begins a line, moves the cursor or turns the direction: a file's name may try.
/// </summary>
internal sealed class PlainLines(TimeProvider? clock = null) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "bridge-plain";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var time = (clock ?? TimeProvider.System).GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        textWriter.WriteLine($"{time} {WordOf(logEntry.LogLevel)} {logEntry.EventId.Name ?? logEntry.Category} {Harmless(logEntry.Formatter(logEntry.State, logEntry.Exception))}");
        foreach (var line in logEntry.Exception?.ToString().Split('\n') ?? [])
        {
            textWriter.WriteLine("    " + Harmless(line.TrimEnd()));
        }
    }

    private static string Harmless(string text) => string.Create(text.Length, text, static (characters, from) =>
    {
        for (var i = 0; i < from.Length; i++)
        {
            characters[i] = IsHarmless(char.GetUnicodeCategory(from[i])) ? from[i] : '\uFFFD';
        }
    });

    private static bool IsHarmless(UnicodeCategory category) =>
        category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string WordOf(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        _ => "debug",
    };
}
