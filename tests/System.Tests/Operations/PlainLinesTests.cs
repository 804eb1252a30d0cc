using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Operations.Logs;

namespace SystemTests.Operations;

public sealed class PlainLinesTests
{
    [Fact]
    public void An_event_is_one_line_whatever_a_name_in_it_holds_and_what_was_thrown_stands_below_it()
    {
        var thrown = new InvalidOperationException("of \u001b[2Ja name\n14:03:07 info all.well");

        var lines = Write(LogLevel.Error, "cleanup.broken", "a\r\n14:03:07 info all.well \u001b[2J\u2028\u202e", thrown);

        Assert.Matches("^[0-9]{2}:[0-9]{2}:[0-9]{2} error cleanup[.]broken a\uFFFD\uFFFD14:03:07 info all.well \uFFFD\\[2J\uFFFD\uFFFD$", lines[0]);
        Assert.Equal("    System.InvalidOperationException: of \uFFFD[2Ja name", lines[1]);
        Assert.All(lines[1..], line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void An_event_without_a_name_is_told_by_its_category() =>
        Assert.EndsWith(" warning a.category text", Assert.Single(Write(LogLevel.Warning, null, "text", null)), StringComparison.Ordinal);

    private static string[] Write(LogLevel level, string? name, string text, Exception? thrown)
    {
        using var writer = new StringWriter();
        new PlainLines().Write(new LogEntry<string>(level, "a.category", new EventId(7, name), text, thrown, (state, _) => state), null, writer);
        return writer.ToString().TrimEnd().Split(Environment.NewLine);
    }
}
