using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Operations;

/// <summary>A start that failed for what an operator can mend, in one line that names the setting. All else is a mistake of ours, and keeps its stack.</summary>
public static class StartFailure
{
    private const string Binder = "Microsoft.Extensions.Configuration.Binder";

    /// <summary>Null where it is nothing that an operator can mend.</summary>
    public static string? LineOf(Exception error, IConfiguration? settings) => error switch
    {
        StartException => OneLine(error.Message),
        OptionsValidationException invalid => OneLine(string.Join("; ", invalid.Failures)),
        InvalidOperationException { Source: Binder } or InvalidDataException => error.Reason(),
        SocketException => Named(SettingsOf(settings, setting => setting.Key.Split(':') is ["Listen", _] or ["Edge", "Listen"]), error.Message),
        IOException or UnauthorizedAccessException => Named(SettingsOf(settings, setting => error.Message.Contains(setting.Value!, StringComparison.Ordinal)), error.Message),
        _ => null,
    };

    // Names alone: a value may be a secret.
    private static string Named(IEnumerable<string> names, string message) => OneLine(string.Join(", ", names) is { Length: > 0 } all ? $"{all}: {message}" : message);

    // Variables of the environment that are none of ours have no section.
    private static IEnumerable<string> SettingsOf(IConfiguration? settings, Func<KeyValuePair<string, string?>, bool> isMeant) =>
        (settings?.AsEnumerable() ?? []).Where(setting => setting.Value is { Length: > 1 } && setting.Key.Contains(':') && isMeant(setting)).Select(setting => setting.Key).Order(StringComparer.Ordinal);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
