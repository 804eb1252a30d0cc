using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Operations.Logs;

/// <summary>Setting <c>Logging:Json</c>: a line of JSON for each event, for machines; otherwise text for people.</summary>
internal static class LogsHost
{
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        var isJson = builder.Configuration.GetValue<bool>("Logging:Json");
        builder.Logging.ClearProviders();
        builder.Logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        builder.Logging.AddConsoleFormatter<PlainLines, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(console => console.FormatterName = isJson ? JsonLines.FormatterName : PlainLines.FormatterName);
    }
}
